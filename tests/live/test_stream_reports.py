"""A picture that is seen live becomes a report or a case, and the film is shown with it."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from citygrid.command import services
from citygrid.command.web.streams import wall
from citygrid.desk.tests.factories import COVER, DISTRICT, City, make_city
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.evidence.tests.factories import jpeg
from citygrid.evidence.tests.live import INSIDE, begin, cut, film, send
from citygrid.intake import queries as intake
from citygrid.intake.models import Report
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound, NotPermitted


@pytest.fixture
def city(db: None) -> City:
    return make_city(clock.now())


def report(city: City, login: str, **values: Any) -> services.Made:
    now = clock.now()
    given = {"picture": jpeg(), "category_key": COVER, "key": str(uuid4()), "note": "火花", **values}
    return services.report_stream(actor=city.actor(login, now), now=now, **given)


def test_acceptors_picture_is_a_case_and_a_shift_leaders_a_report(city: City) -> None:
    now = clock.now()
    stream = begin(city.actor("supervisor", now), now=now)
    case, waiting = (report(city, login, stream_id=stream.pk) for login in ("acceptor", "shift_leader"))
    assert case.case_number and not waiting.case_number
    made = Report.objects.unscoped(reason="test").get(pk=case.report_id)
    assert (made.channel, made.category_id, made.location.x) == ("video", COVER, pytest.approx(INSIDE["lon"]))
    assert "火花" in made.description and made.post_id is None
    photos = evidence.photos(intake.PHOTO_OWNER, made.pk, city.actor("acceptor", now))
    assert [photo.media.kind for photo in photos] == ["photo"]


def test_film_is_shown_with_what_was_reported_before_and_after_it_was_kept(city: City) -> None:
    now = clock.now()
    sender, acceptor = city.actor("supervisor", now), city.actor("acceptor", now)
    stream = send(begin(sender, now=now), enumerate(cut(film(1), 2)), sender, now)
    before = report(city, "acceptor", stream_id=stream.pk)
    evidence_services.end_stream(stream_id=stream.pk, count=2, actor=sender, now=now)
    evidence_services.keep_stream(stream_id=stream.pk, now=now)
    after = report(city, "acceptor", stream_id=stream.pk, picture=jpeg(80, 60))
    for made in (before, after):
        kinds = {photo.media.kind for photo in evidence.photos(intake.PHOTO_OWNER, made.report_id, acceptor)}
        assert kinds == {"photo", "video"}


def test_same_key_again_is_the_same_report(city: City) -> None:
    stream = begin(city.actor("supervisor", clock.now()), now=clock.now())
    key = str(uuid4())
    made = [report(city, "acceptor", stream_id=stream.pk, key=key) for _ in range(2)]
    assert made[0].report_id == made[1].report_id and Report.objects.unscoped(reason="test").count() == 1


def test_stream_outside_the_district_is_reported_with_the_area_of_its_sender(city: City) -> None:
    stream = begin(city.actor("supervisor", clock.now()), now=clock.now(), lon=10.0, lat=10.0)
    made = report(city, "shift_leader", stream_id=stream.pk)
    found = Report.objects.unscoped(reason="test").get(pk=made.report_id)
    assert (found.area_code, found.location) == (DISTRICT, None)


def test_stream_that_is_not_seen_is_not_reported(city: City) -> None:
    stream = begin(city.actor("supervisor", clock.now()), now=clock.now())
    post = city.accounts["acceptor"].holdings.get().post
    post.areas = ["900002"]
    post.save()
    with pytest.raises(NotFound):
        report(city, "acceptor", stream_id=stream.pk)
    with pytest.raises(NotPermitted):
        report(city, "supervisor", stream_id=stream.pk)
    assert not Report.objects.unscoped(reason="test").exists()


def test_wall_offers_a_case_to_who_may_report(city: City) -> None:
    walls = {login: wall(city.actor(login, clock.now())) for login in ("acceptor", "dispatcher", "supervisor")}
    assert {login: (one["may_watch"], one["may_report"]) for login, one in walls.items()} == {
        "acceptor": (True, True),
        "dispatcher": (True, False),
        "supervisor": (False, True),
    }
    assert COVER in [key for _group, leaves in walls["acceptor"]["categories"] for key, _name in leaves]
    assert walls["dispatcher"]["categories"] == []


def test_page_plays_from_memory_and_no_other_page_does(city: City) -> None:
    client = Client()
    client.force_login(city.accounts["acceptor"])
    policies = {path: client.get(path)["Content-Security-Policy"] for path in ("/command/", "/terminal/", "/")}
    assert "; media-src 'self' blob:" in policies["/command/"] and "{live}" not in policies["/command/"]
    assert "media-src" not in policies["/"]
    assert policies["/command/"] == policies["/terminal/"]
    assert policies["/command/"].partition("; media-src")[0] == policies["/"]


def test_page_of_a_stream_is_for_who_may_watch_it(city: City) -> None:
    stream = begin(city.actor("supervisor", clock.now()), now=clock.now(), note="东门")
    answers = {}
    for login in ("acceptor", "supervisor"):
        client = Client()
        client.force_login(city.accounts[login])
        answers[login] = client.get(f"/command/streams/{stream.pk}/")
    assert answers["acceptor"].status_code == 200 and "东门" in answers["acceptor"].content.decode()
    assert answers["supervisor"].status_code == 403
