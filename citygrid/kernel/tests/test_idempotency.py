from datetime import timedelta
from typing import Any

import pytest

from citygrid.kernel.errors import KeyReused, NotFound
from citygrid.kernel.idempotency import once
from citygrid.kernel.models import IdempotencyKey
from citygrid.kernel.numbering import allocate
from citygrid.kernel.tests.factories import NOW, run_at_once

THREADS = 50
BODY = {"category": "gbt47678.5-2026/component/01001", "lon": 116.41, "photos": ["a", "b"]}


def _answer() -> dict[str, Any]:
    return {"receipt": f"R{allocate('reports')}"}


@pytest.mark.django_db(transaction=True)
def test_fifty_threads_with_one_key_make_one_change_and_get_equal_answers() -> None:
    answers = run_at_once(lambda _: once(scope="report", key="k", body=BODY, now=NOW, answer=_answer), THREADS)
    assert [given for given, _ in answers] == [{"receipt": "R1"}] * THREADS
    assert sum(is_first for _, is_first in answers) == 1
    assert allocate("reports") == 2


@pytest.mark.django_db
def test_same_key_with_another_body_is_refused() -> None:
    once(scope="report", key="k", body=BODY, now=NOW, answer=_answer)
    with pytest.raises(KeyReused) as refusal:
        once(scope="report", key="k", body={**BODY, "lon": 116.42}, now=NOW, answer=_answer)
    assert refusal.value.status == 409
    assert allocate("reports") == 2


@pytest.mark.django_db
def test_order_of_the_fields_and_the_hour_do_not_count() -> None:
    first = once(scope="report", key="k", body=BODY, now=NOW, answer=_answer)
    turned = dict(reversed(BODY.items()))
    again = once(scope="report", key="k", body=turned, now=NOW + timedelta(days=9), answer=_answer)
    assert (first, again) == (({"receipt": "R1"}, True), ({"receipt": "R1"}, False))


@pytest.mark.django_db
def test_same_key_in_another_scope_is_another_key() -> None:
    assert once(scope="report", key="k", body=BODY, now=NOW, answer=_answer)[1]
    assert once(scope="follow", key="k", body=BODY, now=NOW, answer=_answer)[1]


@pytest.mark.django_db
def test_failed_first_call_leaves_its_key_free() -> None:
    def fail() -> dict[str, Any]:
        allocate("reports")
        raise OSError("the disk is full")

    with pytest.raises(OSError):
        once(scope="report", key="k", body=BODY, now=NOW, answer=fail)
    assert not IdempotencyKey.objects.exists()
    assert once(scope="report", key="k", body=BODY, now=NOW, answer=_answer) == ({"receipt": "R1"}, True)


@pytest.mark.django_db
def test_second_call_that_is_refused_meanwhile_gets_the_first_answer() -> None:
    def refuse() -> dict[str, Any]:
        allocate("reports")
        raise NotFound(what="a photo that the first call gave away")

    first, _ = once(scope="report", key="k", body=BODY, now=NOW, answer=_answer)
    assert once(scope="report", key="k", body=BODY, now=NOW, answer=refuse) == (first, False)
    with pytest.raises(NotFound):
        once(scope="report", key="other", body=BODY, now=NOW, answer=refuse)
    assert allocate("reports") == 2
