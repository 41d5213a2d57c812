"""The sheet of a case as a PDF: what stands in it, in both languages, and what does not."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import LIVES, City
from citygrid.desk.tests.test_photos import photo
from citygrid.evidence import services as evidence
from citygrid.evidence.models import Media
from citygrid.kernel import clock
from citygrid.ui.paper import pdf_of


@pytest.fixture
def case(city: City) -> Case:
    start = clock.now() - timedelta(hours=3)
    return city.play(city.case(0, start), *(line.format(unit="water") for line in LIVES[12]), start=start)


def read(client, case: Case, language: str = "zh-hans") -> PdfReader:
    client.cookies["django_language"] = language
    page = client.get(reverse("case-sheet", args=[case.number]))
    assert (page.status_code, page["Content-Type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(page.content))


def words(found: PdfReader) -> str:
    return "".join(page.extract_text() for page in found.pages)


def pictures(found: PdfReader) -> set[bytes]:
    return {image.data for page in found.pages for image in page.images}


@pytest.mark.parametrize(
    ("language", "wanted"), [("zh-hans", ["案件办理单", "核查通过"]), ("en", ["Case sheet", "Check passed"])]
)
def test_sheet_tells_the_whole_case_but_no_contact(
    city: City, enter, case: Case, language: str, wanted: list[str]
) -> None:
    found = words(read(enter("shift_leader"), case, language))
    joined = "".join(found.split())
    missing = [word for word in (*wanted, case.number, "演乐胡同") if "".join(word.split()) not in joined]
    assert missing == []
    assert "王女士" not in found and "13800138000" not in found


def test_sheet_is_a4_and_counts_its_pages(enter, case: Case) -> None:
    found = read(enter("shift_leader"), case)
    first = found.pages[0]
    assert (round(float(first.mediabox.width)), round(float(first.mediabox.height))) == (595, 842)
    assert f"1 / {len(found.pages)}" in first.extract_text()


def test_photos_stand_in_the_sheet(city: City, enter) -> None:
    start = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, start), "shift_leader file", "dispatcher dispatch", "water take", start=start)
    sent = {"expected_seq": case.head_seq, "note": "已更换", "photo_after": [photo()]}
    assert enter("water").post(reverse("case-step", args=[case.number, "reply"]), sent).status_code == 302
    before = pictures(read(enter("water"), case))
    evidence.process(media_id=Media.objects.get().pk, now=clock.now())
    assert (before, len(pictures(read(enter("water"), case)))) == (set(), 1)


def test_sheet_is_for_who_sees_the_case(enter, case: Case) -> None:
    assert enter("sanitation").get(reverse("case-sheet", args=[case.number])).status_code == 404


def test_nothing_is_fetched_for_paper(tmp_path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>classified</text></svg>')
    wanted = "".join(f'<img src="{url}">' for url in (secret.as_uri(), "http://127.0.0.1:9/x.png"))
    found = PdfReader(io.BytesIO(pdf_of(f"<p>shown</p>{wanted}")))
    assert words(found).strip() == "shown"
