"""Photos on the pages: handed in with reports and steps, shown before and after, refused by name."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City
from citygrid.evidence import services as evidence
from citygrid.evidence.models import Attachment, Media
from citygrid.evidence.tests.factories import jpeg, recording
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.intake.models import Report
from citygrid.kernel import clock

KEY = "0192f0c0-0000-7000-8000-000000000001"


def photo(name: str = "hole.jpg", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or jpeg(), content_type="image/jpeg")


def report(*files: SimpleUploadedFile) -> dict[str, object]:
    where = {"lon": WEST + 0.0005, "lat": SOUTH + 0.0005, "frame": "wgs84"}
    return {"key": KEY, "description": "井盖破损", "channel": "field", **where, "photo_before": list(files)}


@pytest.fixture
def handling(city: City) -> Case:
    start = clock.now() - timedelta(hours=1)
    return city.play(city.case(0, start), "shift_leader file", "dispatcher dispatch", "water take", start=start)


def test_photos_of_a_report_are_shown_with_it(city: City, enter) -> None:
    client = enter("supervisor")
    page = client.post(reverse("report-new"), report(photo(), photo("second.jpg", jpeg(80, 60))), follow=True)
    first, second = Media.objects.order_by("id")
    assert page.status_code == 200
    assert page.content.decode().count("Being prepared") == 2
    evidence.process(media_id=first.pk, now=clock.now())
    page = client.get(page.redirect_chain[-1][0])
    assert reverse("evidence-thumbnail", args=[first.pk]) in page.content.decode()
    assert reverse("evidence-thumbnail", args=[second.pk]) not in page.content.decode()
    served = client.get(reverse("evidence-public", args=[first.pk]))
    assert b"".join(served.streaming_content).startswith(b"\xff\xd8")
    served.close()


def test_film_and_recording_are_played_on_the_page(city: City, enter) -> None:
    client = enter("supervisor")
    files = (photo("hole.mp4", recording("mp4", seconds=62, size="64x48")), photo("noise.ogg", recording("ogg")))
    page = client.post(reverse("report-new"), report(*files), follow=True)
    film, sound = Media.objects.order_by("id")
    for media in (film, sound):
        evidence.process(media_id=media.pk, now=clock.now())
    shown = client.get(page.redirect_chain[-1][0]).content.decode()
    assert f'<video controls preload="none" poster="{reverse("evidence-poster", args=[film.pk])}"' in shown
    assert f'<audio controls preload="none" src="{reverse("evidence-public", args=[sound.pk])}"' in shown
    assert "Film, 1 min 2 s" in shown and "Recording, 1 s" in shown


def test_file_that_is_no_photo_is_named_and_the_words_are_kept(city: City, enter) -> None:
    page = enter("supervisor").post(reverse("report-new"), report(photo(), photo("notes.jpg", b"no photo")))
    assert page.status_code == 422
    assert "notes.jpg:" in page.context["form"].errors["photo_before"][0]
    assert "井盖破损" in page.content.decode()
    assert not Report.objects.unscoped(reason="test").exists()
    page = enter("supervisor").post(reverse("report-new"), report(photo()))
    assert page.status_code == 302
    assert (Media.objects.count(), Attachment.objects.count()) == (1, 1)


def test_more_photos_than_allowed_are_refused_at_once(city: City, enter) -> None:
    page = enter("supervisor").post(reverse("report-new"), report(*(photo(f"{n}.jpg") for n in range(10))))
    assert page.context["form"].errors == {"photo_before": ["At most 9 photos at once."]}
    assert not Media.objects.exists()


def test_photo_after_the_work_comes_with_the_reply(city: City, enter, handling: Case) -> None:
    client = enter("water")
    page = client.get(reverse("case", args=[handling.number]))
    assert 'name="photo_after"' in page.content.decode()
    data = {"expected_seq": handling.head_seq, "note": "已更换井盖", "photo_after": [photo()]}
    page = client.post(reverse("case-step", args=[handling.number, "reply"]), data, follow=True)
    (group,) = page.context["photos"]
    assert (group.title, len(group.photos)) == ("After", 1)
    assert handling.steps.get(action="reply").data["photos"] == {"after": [str(Media.objects.get().pk)]}


def test_step_without_photos_is_taken_as_before(city: City, enter, handling: Case) -> None:
    data = {"expected_seq": handling.head_seq, "note": "已更换井盖"}
    page = enter("water").post(reverse("case-step", args=[handling.number, "reply"]), data)
    assert page.status_code == 302
    assert "photos" not in handling.steps.get(action="reply").data
