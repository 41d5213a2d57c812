"""A spreadsheet by the pages: the template is filled in with two wrong rows, marked, written in part, and undone."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from citygrid.access.models import Organisation
from citygrid.desk.tests.factories import City, add_administrator
from tests.journeys.staff import PASSWORD, Staff

GOOD = [[f"team-{n}", f"第{n}作业队", f"Team {n}", "sanitation"] for n in range(3)]
WRONG = [["team-8", "", "Team 8", "sanitation"], ["team-9", "第九作业队", "Team 9", "sanitation", "nowhere"]]


def download(somebody: Staff, link: str) -> tuple[str, bytes]:
    """Name and content of the file behind a link."""
    with somebody.page.expect_download() as waiting:
        somebody.page.locator(link).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def filled(template: bytes) -> bytes:
    book = load_workbook(io.BytesIO(template))
    for row in [*GOOD, *WRONG]:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(somebody: Staff, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    somebody.page.set_input_files("main [name=file]", file)
    somebody.submit("main form:has([name=file])")


def figures(somebody: Staff) -> list[str]:
    return somebody.page.locator("main .figure strong").all_inner_texts()


def teams() -> list[str]:
    found = Organisation.objects.filter(code__startswith="team-", is_active=True)
    return sorted(found.values_list("code", flat=True))


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("zh-hans", False)])
def test_file_with_two_wrong_rows_is_marked_written_in_part_and_undone(
    enter: Callable[..., Staff], city: City, language: str, scripts: bool
) -> None:
    add_administrator(city, password=PASSWORD)
    somebody = enter("system_administrator", language=language, scripts=scripts)
    somebody.page.locator(".rail a[href='/sheets/']").click()
    somebody.page.locator("main table a[href='/sheets/organisations/']").click()
    name, template = download(somebody, "main a[href$='/template.xlsx']")
    assert name == "organisations-template.xlsx"

    send(somebody, "teams.xlsx", filled(template))
    assert figures(somebody) == ["3", "0", "0", "2"]
    cells = somebody.page.locator("#faults tbody tr td:first-child").all_inner_texts()
    assert [cell.strip() for cell in cells] == ["B5", "E6"]
    assert teams() == []

    name, marked = download(somebody, "main a[href$='/marked/']")
    page = load_workbook(io.BytesIO(marked)).worksheets[0]
    assert name == "teams-reason.xlsx"
    assert [bool(page[cell].comment) for cell in ("B5", "E6", "B4")] == [True, True, False]

    address = somebody.page.url
    somebody.submit("main form[action$='/commit/']")
    assert (somebody.page.url, teams()) == (address, ["team-0", "team-1", "team-2"])
    assert somebody.page.locator("main .alert-success").count() == 1
    somebody.submit("main form[action$='/undo/']")
    assert (somebody.page.url, teams()) == (address, [])
    assert somebody.page.locator("main form").count() == 0
