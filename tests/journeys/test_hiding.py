"""A face in a photo is painted over: proposed, drawn by hand, moved by keys, and gone from what others see."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image

from citygrid.evidence import services
from citygrid.evidence.models import Media, Redaction
from citygrid.evidence.tests.factories import encoded
from citygrid.evidence.tests.test_hiding import face_picture
from citygrid.kernel import clock
from tests.journeys.staff import Staff
from tests.journeys.test_loop import REPORT

SIZES = {"screen": (1366, 768), "phone": (390, 844)}
BOXES = "[data-stage] .hide-box"


@pytest.fixture
def photo(enter, tmp_path: Path) -> Media:
    """The photo of a report: a face in front of something plain."""
    (tmp_path / "face.jpg").write_bytes(encoded("JPEG", face_picture(200)))
    somebody: Staff = enter("supervisor")
    somebody.go("/reports/new/")
    for name, value in REPORT.items():
        somebody.fill(f"main [name={name}]", value)
    somebody.page.set_input_files("main input[name=photo_before]", [tmp_path / "face.jpg"])
    somebody.submit("main form")
    return made()


def made() -> Media:
    return services.process(media_id=Media.objects.get().pk, now=clock.now())


def at_picture(enter: Callable[..., Staff], **values: object) -> Staff:
    clerk = enter("acceptor", **values)
    clerk.go("/reports/")
    clerk.page.locator("main tbody a").first.click()
    clerk.page.get_by_role("link", name="遮挡局部" if values.get("language") == "zh-hans" else "Hide parts").click()
    clerk.page.wait_for_selector("[data-seek]:visible")
    return clerk


@pytest.mark.browser
def test_face_is_proposed_and_painted_over(enter, photo: Media) -> None:
    clerk = at_picture(enter)
    clerk.page.click("[data-seek]")
    clerk.page.wait_for_selector(BOXES)
    assert "1 proposed" in clerk.page.inner_text("[data-said]")
    clerk.submit("main form")
    (box,) = Redaction.objects.get().boxes
    assert box["kind"] == "face"
    made()
    shown = clerk.page.request.get(reverse("evidence-public", args=[photo.pk]))
    assert shown.status == 200
    image = Image.open(io.BytesIO(shown.body())).convert("L")
    x, y = (box["left"] + box["width"] / 2) * image.width, (box["top"] + box["height"] / 2) * image.height
    assert image.getpixel((int(x), int(y))) < 8


@pytest.mark.browser
def test_part_is_drawn_moved_and_removed_by_mouse_and_keys(enter, photo: Media) -> None:
    clerk = at_picture(enter)
    stage = clerk.page.locator("[data-stage]").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] * 0.2, stage["y"] + stage["height"] * 0.2
    clerk.page.mouse.move(x, y)
    clerk.page.mouse.down()
    clerk.page.mouse.move(x + stage["width"] * 0.3, y + stage["height"] * 0.3, steps=4)
    clerk.page.mouse.up()
    clerk.page.focus(BOXES)
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        clerk.page.keyboard.press(key)
    clerk.page.click("[data-add]")
    clerk.page.click("[data-add]")
    clerk.page.keyboard.press("Delete")
    assert clerk.page.locator(BOXES).count() == 2
    clerk.submit("main form")
    drawn, added = Redaction.objects.get().boxes
    expected = {"left": 0.22, "top": 0.21, "width": 0.31, "height": 0.3}
    assert {name: drawn[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert (added["left"], added["width"]) == (0.4, 0.2)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_is_whole_in_both_languages_and_on_a_phone(enter, photo: Media, axe: str, language: str) -> None:
    found = []
    for size, (width, height) in SIZES.items():
        clerk = at_picture(enter, language=language, width=width, height=height)
        clerk.page.click("[data-add]")
        clerk.page.click("[data-seek]")
        clerk.page.wait_for_selector(f"{BOXES} >> nth=1")
        found += clerk.grave_findings(axe, f"photo-hide-{size}-{language}")
        assert clerk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert found == []
