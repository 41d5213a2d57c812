"""Photos given with steps."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from citygrid.cases import errors, queries, services
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.evidence.errors import TooManyPhotos
from citygrid.evidence.models import Attachment
from citygrid.evidence.queries import photos as photos_of
from citygrid.evidence.tests import factories as evidence
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotFound

LATER = NOW + timedelta(hours=1)
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_photos_are_given_under_the_words_of_the_procedure_and_recorded_by_id() -> None:
    given = Given(note="done", photos={"after": (ONE, TWO), "scene": ()})
    assert given.words == {"note": "done", "photo_after": (ONE, TWO)}
    assert given.as_data() == {"note": "done", "photos": {"after": [str(ONE), str(TWO)], "scene": []}}
    assert Given().as_data() == {}


def test_step_attaches_its_photos_and_the_history_still_proves(city: City) -> None:
    case = city.play(city.open(), "shift_leader file", "dispatcher dispatch")
    photo = evidence.receive(actor=city.actors["department"])
    given = Given(note="mended", photos={"after": (photo.pk,)})
    case = city.take(case, "department reply", given=given, at=LATER)
    (shown,) = photos_of(queries.PHOTO_OWNER, case.pk, city.actors["acceptor"])
    assert (shown.media, shown.role, shown.attached_at) == (photo, "after", LATER)
    assert case.steps.get(action="reply").data["photos"] == {"after": [str(photo.pk)]}
    (proof,) = queries.prove(system_actor("tests"))
    assert (proof.broken, proof.mismatched) == ([], [])
    city.take(case, "acceptor send_to_check", at=LATER)


@pytest.mark.parametrize("count", [1, 10])
def test_step_whose_photos_cannot_be_attached_is_not_taken(city: City, count: int) -> None:
    case = city.play(city.open(), "shift_leader file", "dispatcher dispatch")
    given = Given(note="mended", photos={"after": tuple(uuid4() for _ in range(count))})
    with pytest.raises(NotFound if count == 1 else TooManyPhotos):
        city.take(case, "department reply", given=given, at=LATER)
    case.refresh_from_db()
    assert (case.state, Attachment.objects.count()) == ("dispatched", 0)


def test_case_begins_with_photos(city: City) -> None:
    supervisor = city.actors["supervisor"]
    photo = evidence.receive(actor=supervisor)
    given = Given(note="mended", photos={"after": (photo.pk,)})
    case = services.open_case(opening=city.opening(), actor=supervisor, now=NOW, action="self_dispose", given=given)
    assert [shown.media for shown in photos_of(queries.PHOTO_OWNER, case.pk, supervisor)] == [photo]


def test_step_dated_before_the_last_one_is_refused(city: City) -> None:
    case = city.play(city.open(), "shift_leader file")
    with pytest.raises(errors.TimeBackwards) as refusal:
        city.take(case, "dispatcher dispatch", at=NOW)
    assert refusal.value.status == 409
    assert city.take(case, "dispatcher dispatch", at=NOW + timedelta(minutes=10)).state == "dispatched"
