"""The documentation names what the code has: settings, permissions, events, modules, terms, words of procedures."""

from pathlib import Path

import pytest

from tools import docs


def test_everything_is_documented() -> None:
    assert docs.forgotten() == []


def test_what_must_be_documented_is_found_in_the_code() -> None:
    assert {"CITYGRID_HOSTS", "CITYGRID_PORT", "DATABASE_URL"} <= docs.settings()
    assert "cases.case:act" in docs.permissions()
    assert "CaseClosed" in docs.events() and "CaseEvent" not in docs.events()
    assert ("CaseFiled", "dispatch") in docs.subscriptions()
    assert {"Case", "Step", "Organisation"} <= docs.tables()
    assert docs.terms()["dispatcher"] == "派遣员" and docs.terms()["rework"] == "返工"
    assert {"waits_for", "pause", "reason", "handling"} <= docs.procedure_words()


@pytest.mark.parametrize(
    "line", ["the CITYGRID_PORT", "| CITYGRID_PORTS | x |", "## MY_CITYGRID_PORT", "- `CITYGRID_PORT`"]
)
def test_name_outside_headings_and_rows_is_not_documented(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{line}\n")
    assert docs.names(page, {"CITYGRID_PORT"}) == {"CITYGRID_PORT"}


@pytest.mark.parametrize("line", ["| `CITYGRID_PORT` | 8000 |", "## CITYGRID_PORT", "### The port: `CITYGRID_PORT`"])
def test_name_in_a_heading_or_row_is_documented(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{line}\n")
    assert docs.names(page, {"CITYGRID_PORT"}) == set()


def test_page_that_is_absent_documents_nothing(tmp_path: Path) -> None:
    assert docs.names(tmp_path / "absent.md", {"cases.case:act"}) == {"cases.case:act"}


def test_twins_in_two_languages_have_the_same_commands_and_headings() -> None:
    for english in ("README.md", "docs/overview.md"):
        one, other = (docs.ROOT / english).read_text(), (docs.ROOT / english.replace(".md", ".zh.md")).read_text()
        for mark in ("\n## ", "make "):
            assert one.count(mark) == other.count(mark), f"{english}: {mark!r}"
