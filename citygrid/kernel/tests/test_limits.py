import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from citygrid.kernel import limits
from citygrid.kernel.errors import TooOften
from citygrid.kernel.models import LimitWindow
from citygrid.kernel.tests.factories import NOW, run_at_once

HERE = "203.0.113.7"
ASKED = {"most": 3, "seconds": limits.HOUR}
# What a second process does: count a hundred times, and print what it saw.
PROCESS = """
import sys
from datetime import datetime
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from citygrid.kernel import limits
now = datetime.fromisoformat(sys.argv[2])
print(*(limits.count("x", "a", most=500, seconds=3600, now=now).left for _ in range(100)))
"""


@pytest.mark.django_db
def test_windows_count_down_and_begin_anew() -> None:
    first = [limits.count("ask", HERE, **ASKED, now=NOW) for _ in range(4)]
    assert [taken.left for taken in first] == [2, 1, 0, -1]
    assert [taken.is_over for taken in first] == [False, False, False, True]
    assert {taken.retry_after for taken in first} == {55 * 60}
    assert limits.count("ask", HERE, **ASKED, now=NOW + timedelta(minutes=55)).left == 2
    assert limits.count("ask", "203.0.113.8", **ASKED, now=NOW).left == 2
    assert limits.count("send", HERE, **ASKED, now=NOW).left == 2


@pytest.mark.django_db(transaction=True)
def test_threads_and_two_processes_lose_no_count() -> None:
    known = [connection.settings_dict["NAME"], NOW.isoformat()]
    command = [sys.executable, "-c", PROCESS, *known]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    threads = run_at_once(lambda _: limits.count("x", "a", most=500, seconds=3600, now=NOW).left, 20)
    seen = [int(left) for process in running for left in process.communicate(timeout=120)[0].split()]
    assert sorted(seen + threads) == list(range(280, 500))


@pytest.mark.django_db
def test_address_is_nowhere_and_is_another_hash_tomorrow() -> None:
    for days in range(2):
        limits.count("ask", HERE, **ASKED, now=NOW + timedelta(days=days))
    kept = list(LimitWindow.objects.values_list("subject", flat=True))
    assert len({bytes(subject) for subject in kept}) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT held::text FROM kernel_limitwindow held")
        assert not any(HERE in row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_whoever_is_past_the_limit_gets_through_once_by_work() -> None:
    for _ in range(3):
        limits.require("ask", HERE, **ASKED, now=NOW)
    with pytest.raises(TooOften) as refusal:
        limits.require("ask", HERE, **ASKED, now=NOW)
    assert (refusal.value.status, refusal.value.facts["retry_after"]) == (429, 55 * 60)
    proof = limits.solve(str(refusal.value.facts["challenge"]))
    later = NOW + timedelta(minutes=9)
    assert limits.require("ask", HERE, **ASKED, now=later, proof=proof).is_over
    with pytest.raises(TooOften):
        limits.require("ask", HERE, **ASKED, now=later, proof=proof)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_spends_an_answer() -> None:
    proof = limits.solve(limits.challenge("ask", HERE, now=NOW))
    let_through = run_at_once(lambda _: limits.solved("ask", HERE, proof, now=NOW), 8)
    assert sum(let_through) == 1


@pytest.mark.django_db
def test_work_for_another_limit_address_or_time_or_too_little_of_it_is_none() -> None:
    proof = limits.solve(limits.challenge("ask", HERE, now=NOW))
    assert not limits.solved("send", HERE, proof, now=NOW)
    assert not limits.solved("ask", "203.0.113.8", proof, now=NOW)
    assert not limits.solved("ask", HERE, proof, now=NOW + timedelta(minutes=11))
    assert not limits.solved("ask", HERE, "1" + proof[2:], now=NOW)  # fewer bits than were asked
    assert not limits.solved("ask", HERE, proof.rpartition(".")[0] + ".x", now=NOW)
    assert not LimitWindow.objects.exists()
    assert limits.solved("ask", HERE, proof, now=NOW)


@given(st.text() | st.from_regex(r"[0-9]{1,20}\.[0-9]{1,30}\.[0-9a-f]*\.[0-9a-f]*\.[0-9]*"))
def test_no_text_is_work(proof: str) -> None:
    assert not limits.solved("ask", HERE, proof, now=NOW)


@pytest.mark.django_db
def test_challenge_of_before_midnight_is_solved_after_it() -> None:
    evening = NOW.replace(hour=23, minute=58)
    proof = limits.solve(limits.challenge("ask", HERE, now=evening))
    assert limits.solved("ask", HERE, proof, now=evening + timedelta(minutes=5))


@pytest.mark.django_db
def test_another_secret_signs_another_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = limits.solve(limits.challenge("ask", HERE, now=NOW))
    monkeypatch.setattr(settings, "FIELD_KEYS", [*settings.FIELD_KEYS, "other"])
    assert not limits.solved("ask", HERE, proof, now=NOW)


@pytest.mark.django_db
def test_windows_that_are_over_are_forgotten() -> None:
    limits.count("ask", HERE, **ASKED, now=NOW)
    assert limits.forget(now=NOW) == 0
    assert limits.forget(now=NOW + timedelta(hours=1)) == 1
