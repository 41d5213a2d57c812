"""What is told to whom, with the real process, the real database and real streams."""

from contextlib import ExitStack
from datetime import timedelta
from time import monotonic

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from citygrid.access.models import Account, Holding
from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.services import Correction, Given, take_step
from citygrid.desk.tests.factories import COVER, TO_DISPATCHED, TO_FILED, City
from citygrid.desk.tests.test_notices import tell
from citygrid.kernel import clock
from citygrid.live import rules
from citygrid.live.web.listener import NAME
from tests.live.process import Listener, Process, eventually, session

WEST, EAST = "900001001", "900001002"  # the two streets of the district
SILENCE = 1.5  # seconds after which a change would have been told
LINES = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"


def staff(city: City, login: str, role: str, *, areas: list[str], categories: tuple[str, ...] = ()) -> str:
    """The cookie of somebody of the centre who works on these areas and categories."""
    centre = city.accounts["acceptor"].holdings.get().post.organisation
    post = access.make_post(role, organisation=centre, areas=areas, categories=list(categories))
    return session(access.make_account(login, posts=[post]))


def numbers(listener: Listener) -> list[tuple[str, int]]:
    return [(told["number"], told["seq"]) for told in listener.of("case")]


def hears(listener: Listener, case: Case, seq: int) -> bool:
    return eventually(lambda: (case.number, seq) in numbers(listener))


def filed(city: City, place: int = 0) -> Case:
    start = clock.now() - timedelta(minutes=30)
    return city.play(city.case(place, start), *TO_FILED, start=start, every=timedelta(minutes=1))


def test_change_is_told_once_it_is_committed_and_only_to_posts_that_see_it(live: Process, city: City) -> None:
    near, far = staff(city, "near", "dispatcher", areas=[WEST]), staff(city, "far", "dispatcher", areas=[EAST])
    other = staff(city, "litter", "dispatcher", areas=[WEST], categories=("city/matter",))
    with (
        live.listening(near) as seeing,
        live.listening(session(city.accounts["dispatcher"])) as everywhere,
        live.listening(far) as elsewhere,
        live.listening(other) as of_litter,
        live.listening(session(city.accounts["water"])) as unit,
    ):
        case = filed(city)
        assert case.area_code.startswith(WEST) and case.category_id == COVER
        assert hears(seeing, case, 4) and hears(everywhere, case, 4)
        assert seeing.of("case")[-1] == {"number": case.number, "seq": 4, "state": "filed", "waits": True}
        assert not eventually(lambda: bool(elsewhere.of("case") or of_litter.of("case") or unit.of("case")), SILENCE)


def test_case_sent_to_a_unit_is_told_to_it_and_to_no_other(live: Process, city: City) -> None:
    with (
        live.listening(session(city.accounts["water"])) as charged,
        live.listening(session(city.accounts["sanitation"])) as other,
    ):
        start = clock.now() - timedelta(minutes=30)
        case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=1))
        assert hears(charged, case, 5)
        assert charged.of("case")[-1]["waits"] is True
        assert not eventually(lambda: bool(other.of("case")), SILENCE)


def test_correction_into_another_street_is_told_there(live: Process, city: City) -> None:
    with live.listening(staff(city, "far", "acceptor", areas=[EAST])) as there:
        case = city.case(0, clock.now() - timedelta(minutes=5))
        assert not eventually(lambda: bool(there.of("case")), SILENCE)
        moved = Given(reason="位置有误", correction=Correction(area_code=f"{EAST}001"))
        actor = city.actor("acceptor", clock.now())
        take_step(case_id=case.pk, action="correct", actor=actor, now=clock.now(), given=moved)
        assert hears(there, case, 2)


def test_report_and_notice_are_told_as_numbers_that_changed(live: Process, city: City) -> None:
    with (
        live.listening(session(city.accounts["acceptor"])) as deciding,
        live.listening(staff(city, "far", "acceptor", areas=[EAST])) as elsewhere,
        live.listening(session(city.accounts["water"])) as told,
        live.listening(session(city.accounts["sanitation"])) as untold,
    ):
        city.report(0, clock.now())
        tell(city, "water", 3)
        assert eventually(lambda: bool(deciding.of("counts")) and bool(told.of("counts")))
        assert not eventually(lambda: bool(elsewhere.of("counts") or untold.of("counts")), SILENCE)


def test_who_looks_at_the_same_case_is_known_until_they_leave(live: Process, city: City) -> None:
    case = filed(city)
    first, second = (session(city.accounts[login]) for login in ("dispatcher", "acceptor"))
    with live.listening(first, case=case.number) as alone:
        assert eventually(lambda: alone.of("present") == [{"case": case.number, "labels": []}])
        with live.listening(second, case=case.number) as other, live.listening(first, case=case.number):
            labels = [city.actor(login, clock.now()).label for login in ("acceptor", "dispatcher")]
            assert eventually(lambda: alone.of("present")[-1]["labels"] == labels[:1])
            assert eventually(lambda: other.of("present")[-1]["labels"] == labels[1:])
        assert eventually(lambda: alone.of("present")[-1]["labels"] == [])


def test_case_the_post_does_not_see_is_not_looked_at(live: Process, city: City) -> None:
    case, cookie = filed(city), staff(city, "far", "dispatcher", areas=[EAST])
    assert live.refusal(f"/live/?case={case.number}", Cookie=cookie) == (404, "kernel.not_found")
    assert live.refusal("/live/?case=%00", Cookie=cookie)[0] in (400, 404)


@pytest.mark.parametrize("cookie", ["", "sessionid=", "sessionid=nonsense", "sessionid=" + "x" * 5_000, '=;;,="'])
def test_who_is_not_signed_in_is_refused(live: Process, city: City, cookie: str) -> None:
    assert live.refusal(Cookie=cookie) == (401, "kernel.not_signed_in")


def test_account_without_a_post_is_refused(live: Process, city: City) -> None:
    assert live.refusal(Cookie=session(access.make_account("nobody"))) == (401, "kernel.not_signed_in")


def test_page_of_another_origin_is_refused(live: Process, city: City) -> None:
    cookie = session(city.accounts["acceptor"])
    for origin in (
        "http://evil.example",
        f"https://127.0.0.1:{live.web_port}",
        f"http://127.0.0.1:{live.port + 7}",
        "null",
    ):
        assert live.refusal(Cookie=cookie, Origin=origin) == (403, "kernel.closed")
    ours = f"http://127.0.0.1:{live.web_port}"
    with live.listening(cookie, Origin=ours) as page:
        assert page.answer.headers["Access-Control-Allow-Origin"] == ours
        assert page.answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_host_that_is_not_ours_and_other_addresses_are_refused(live: Process, city: City) -> None:
    cookie = session(city.accounts["acceptor"])
    assert live.refusal(Cookie=cookie, Host="evil.example")[0] == 400
    for path in ("/", "/waiting/", "/api/v1/cases", "/live", "/live/x"):
        assert live.refusal(path, Cookie=cookie) == (404, "kernel.address_unknown")


def test_account_has_a_bounded_number_of_pages(live: Process, city: City) -> None:
    cookie = session(city.accounts["acceptor"])
    lines = [live.ask(Cookie=cookie) for _ in range(rules.MOST_OF_ACCOUNT)]
    try:
        assert live.refusal(Cookie=cookie) == (429, "live.too_many_streams")
        with live.listening(session(city.accounts["water"])):
            pass
    finally:
        for line, answer in lines:
            answer.close()
            line.close()
    assert eventually(lambda: _is_admitted(live, cookie)), "pages that left make room"


def _is_admitted(live: Process, cookie: str) -> bool:
    line, answer = live.ask(Cookie=cookie)
    answer.close()
    line.close()
    return answer.status == 200


def _end_session(account: Account) -> None:
    keys = [row.session_key for row in Session.objects.all() if row.get_decoded()["_auth_user_id"] == str(account.pk)]
    Session.objects.filter(session_key__in=keys).delete()


def _lock_account(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False)


def _end_appointment(account: Account) -> None:
    today = clock.now().date()
    Holding.objects.filter(account=account).update(from_date=today - timedelta(days=9), until_date=today)


def _narrow_post(account: Account) -> None:
    post = account.holdings.get().post
    post.areas = [EAST]
    post.save()


def test_stream_ends_with_the_right_to_listen(live: Process, city: City) -> None:
    """Four ways of losing it, each of another account; a fifth keeps it."""
    ways = {"dispatcher": _end_session, "acceptor": _lock_account, "inspector": _end_appointment}
    ways["shift_leader"] = _narrow_post
    with ExitStack() as pages:
        pages_of = {
            login: pages.enter_context(live.listening(session(city.accounts[login])))
            for login in [*ways, "supervisor"]
        }
        case = filed(city)
        assert all(hears(page, case, 4) for page in pages_of.values())
        for login, end in ways.items():
            end(city.accounts[login])
        began = monotonic()
        for login in ways:
            assert eventually(lambda page=pages_of[login]: page.has_ended, began + 30 - monotonic()), login
        assert not pages_of["supervisor"].has_ended


def test_stream_goes_on_with_a_beat_while_nothing_happens(live: Process, city: City) -> None:
    with live.listening(session(city.accounts["dispatcher"])) as listener:
        assert eventually(lambda: listener.beats > 0, 20)
        assert not listener.has_ended
        assert hears(listener, filed(city), 4)


def test_line_to_the_database_that_is_cut_is_made_anew_and_pages_ask_again(live: Process, city: City) -> None:
    with live.listening(session(city.accounts["dispatcher"])) as listener:
        before = _cut_line()
        assert eventually(lambda: len(listener.of("refresh")) == 1)
        assert _lines() != before
        assert hears(listener, filed(city), 4)
        assert not listener.has_ended


def _lines() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(LINES, [NAME])
        return [row[0] for row in cursor.fetchall()]


def _cut_line() -> list[int]:
    """End the session of the database in which the process listens."""
    lines = _lines()
    assert len(lines) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", lines)
    return lines


def test_rubbish_on_the_channel_tells_pages_to_ask_again_and_harms_nothing(live: Process, city: City) -> None:
    with live.listening(session(city.accounts["dispatcher"])) as listener:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('citygrid_cases', 'no id at all')")
        assert eventually(lambda: bool(listener.of("refresh")))
        assert hears(listener, filed(city), 4)
