"""Sheets go out and come in again: forms of files, dry runs, commits, undoing, and the user's own file marked."""

import csv
import io
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict, NotFound, NotPermitted, Refusal
from citygrid.kernel.models import AuditEntry, SheetRun
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.sheets import errors, runs
from citygrid.kernel.sheets.plans import make_plan
from citygrid.kernel.sheets.ports import Change, ports_of
from citygrid.kernel.sheets.reading import read_table
from citygrid.kernel.sheets.runs import KEPT_FOR, commit_run, export, marked_file, run_dry, undo_run
from citygrid.kernel.tests.factories import NOW, make_actor, run_at_once
from citygrid.kernel.tests.lamps import GOOD, HEADERS, PERMISSION, SHEET, Lamp, Lamps, comma, lamp, saved, xlsx

pytestmark = pytest.mark.usefixtures("lamps")

ACCOUNT = UUID("018f0000-0000-7000-8000-00000000000a")
LATER = NOW + timedelta(minutes=5)


def keeper(**changes: object) -> Actor:
    return make_actor(**{"permissions": frozenset({PERMISSION, USE_SHEETS}), "account_id": ACCOUNT, **changes})


def row(code: str, **cells: str) -> list[str]:
    return list(lamp(code=code, **cells).values())


def dry(content: bytes | str, actor: Actor | None = None, file_name: str = "lamps.xlsx") -> SheetRun:
    content = content.encode() if isinstance(content, str) else content
    return run_dry(sheet="lamps", file_name=file_name, content=content, actor=actor or keeper(), now=NOW)


def commit(run: SheetRun, *, only_good: bool = False, actor: Actor | None = None) -> SheetRun:
    return commit_run(run_id=run.pk, actor=actor or keeper(), now=LATER, only_good=only_good)


def undo(run: SheetRun, now=LATER) -> SheetRun:
    return undo_run(run_id=run.pk, actor=keeper(), now=now)


def codes() -> list[str]:
    return sorted(Lamp.objects.values_list("pk", flat=True))


def counts(**given: int) -> dict[str, int]:
    return {"new": 0, "changed": 0, "same": 0, "wrong": 0} | given


MIXED = [row("L-001", name="Renamed"), row("L-002"), row("L-003", watts="no"), row("L-004")]


# Forms of files


ENCODED = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 with its mark": lambda text: text.encode("utf-16"),
    "GB 18030": lambda text: text.encode("gb18030"),
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED.keys())
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(encode, delimiter: str) -> None:
    content = encode(comma(row("L-001", name="路口灯"), row("L-002", name="巷口灯"), delimiter=delimiter))
    table = read_table(content)
    assert [cells[1] for _, cells in table.rows] == ["Name", "路口灯", "巷口灯"]
    assert make_plan(Lamps(), content, keeper(), NOW).counts() == counts(new=1, changed=1)


@pytest.mark.parametrize(
    "header",
    [
        [column.code for column in SHEET.columns],
        [name.upper() + " *" for name in HEADERS],
        ["Ｃｏｄｅ", " name", "KIND", *HEADERS[3:]],
    ],
    ids=["codes", "capitals with stars", "wide letters"],
)
def test_headers_are_recognised_however_they_are_written(header: list[str]) -> None:
    assert make_plan(Lamps(), xlsx(GOOD, header=header), keeper(), NOW).counts() == counts(same=1)


def test_columns_may_come_in_any_order_and_those_left_out_stay_as_they_are() -> None:
    plan = make_plan(Lamps(), xlsx(["Renamed", "L-001", "led"], header=["Name", "Code", "Kind"]), keeper(), NOW)
    [change] = plan.changes()
    assert change.after == lamp(name="Renamed")


SAID: dict[str, tuple[str, object, str]] = {
    "wide digits": ("code", "Ｌ-００１", "L-001"),
    "spaces around": ("name", " \u3000Corner\u00a0", "Corner"),
    "label of a choice": ("kind", "light DIODE", "led"),
    "code and label": ("kind", "led Light diode", "led"),
    "number as number": ("watts", 60.5, "60.5"),
    "whole number as decimal": ("watts", 60.0, "60"),
    "number as text with zeros": ("watts", "060.50", "60.5"),
    "wide number": ("watts", "６０", "60"),
    "real date": ("since", date(2026, 3, 2), "2026-03-02"),
    "date with slashes": ("since", "2026/3/2", "2026-03-02"),
    "Chinese date": ("since", "2026年3月2日", "2026-03-02"),
    "truth value": ("lit", True, "yes"),
    "Chinese yes": ("lit", "是", "yes"),
    "several with wide semicolons": ("colours", "red； Green;", "red;green"),
    "several lines": ("note", "first\r\nsecond", "first\nsecond"),
}


@pytest.mark.parametrize(("column", "cell", "value"), SAID.values(), ids=SAID.keys())
def test_cell_is_understood_as_it_was_meant(column: str, cell: object, value: str) -> None:
    meant = [cell if code == column else text for code, text in lamp().items()]
    [read] = make_plan(Lamps(), xlsx(meant), keeper(), NOW).matched.rows
    assert (read.values[column], read.faults) == (value, [])


def test_rows_are_numbered_as_the_users_program_does() -> None:
    text = "\n\n" + comma(row("L-002"), row("L-003", watts="x"))  # the note of each has a line break
    [fault] = make_plan(Lamps(), text.encode(), keeper(), NOW).faults()
    assert fault["cell"] == "D5"


def test_hidden_and_merged_rows_count_like_any_other() -> None:
    book = load_workbook(io.BytesIO(xlsx(row("L-002"), row("L-003"))))
    book.active.row_dimensions[2].hidden = True
    book.active.merge_cells("B2:B3")
    plan = make_plan(Lamps(), saved(book), keeper(), NOW)
    assert [(fault["cell"], fault["code"]) for fault in plan.faults()] == [("B3", "blank")]


# Dry run


def test_dry_run_counts_what_the_file_would_do_and_changes_nothing() -> None:
    run = dry(xlsx(*MIXED, row("L-005", on="L-004")))
    assert run.counts == counts(new=3, changed=1, wrong=1)
    assert run.faults == [
        {"row": 4, "cell": "D4", "column": "watts", "value": "no", "code": "not_a_number"}
        | {"words": "This is not a number."}
    ]
    assert codes() == ["L-001"]


def test_words_of_faults_are_in_the_active_language() -> None:
    with override("zh-hans"):
        assert dry(xlsx(*MIXED)).faults[0]["words"] == "这不是数字。"


def test_unusable_header_is_one_wrong_row_and_no_other_row_is_read() -> None:
    run = dry(xlsx(GOOD, header=[*HEADERS[:-1], "Password"]))
    assert (run.counts, [fault["cell"] for fault in run.faults]) == (counts(wrong=1), ["I1"])


def test_findings_kept_with_a_run_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_FAULTS", 2)
    run = dry(xlsx(*(row(f"L-{number:03}", watts="x") for number in range(100, 110))))
    assert (run.counts["wrong"], len(run.faults)) == (10, 2)


# Commit


def test_all_rows_are_written_with_an_audit_entry() -> None:
    run = commit(dry(xlsx(row("L-001", name="Renamed"), row("L-002"))))
    assert (run.state, run.committed_at, codes()) == ("committed", LATER, ["L-001", "L-002"])
    assert Lamp.objects.get(pk="L-001").values["name"] == "Renamed"
    entry = AuditEntry.objects.get(subject=f"kernel.sheetrun/{run.pk}")
    assert (entry.action, entry.data["counts"]) == ("commit", counts(new=1, changed=1))


def test_wrong_rows_keep_good_ones_back_until_these_are_asked_for_alone() -> None:
    run = dry(xlsx(*MIXED))
    with pytest.raises(errors.RowsWrong):
        commit(run)
    assert codes() == ["L-001"]
    commit(run, only_good=True)
    assert codes() == ["L-001", "L-002", "L-004"]


def test_file_that_says_nothing_new_is_not_written() -> None:
    with pytest.raises(errors.NothingGood):
        commit(dry(xlsx(GOOD)))


@pytest.mark.parametrize("name", ["changed meanwhile", "Renamed"], ids=["otherwise", "to the same"])
def test_commit_is_refused_when_a_record_changed_since_the_check(name: str) -> None:
    run = dry(xlsx(row("L-001", name="Renamed"), row("L-002")))
    Lamp.objects.filter(pk="L-001").update(values=lamp(name=name))
    with pytest.raises(errors.PlanChanged) as refused:
        commit(run)
    assert str(refused.value).endswith("checked: L-001")
    assert codes() == ["L-001"]


def test_run_is_written_once_and_not_after_a_day() -> None:
    run = commit(dry(xlsx(row("L-002"))))
    with pytest.raises(errors.RunSpent):
        commit(run)
    late = dry(xlsx(row("L-003")))
    with pytest.raises(errors.RunExpired):
        commit_run(run_id=late.pk, actor=keeper(), now=NOW + KEPT_FOR)


def test_rows_another_transaction_wrote_first_are_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(self: Lamps, changes: list[Change], actor: Actor, now: object) -> None:
        Lamp.objects.create(code="L-001", values={})

    monkeypatch.setattr(Lamps, "apply", too_late)
    with pytest.raises(Conflict) as refused:
        commit(dry(xlsx(row("L-002"))))
    assert isinstance(refused.value.__cause__, IntegrityError)


@pytest.mark.django_db(transaction=True)
def test_of_two_commits_of_one_run_one_is_refused() -> None:
    run = dry(xlsx(row("L-002")))

    def attempt(_: int) -> str:
        try:
            return commit(run).state
        except Refusal as refusal:
            return refusal.code

    assert sorted(run_at_once(attempt, 2)) == ["committed", "kernel.sheet_run_spent"]


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_about_one_record_the_second_is_refused() -> None:
    made = [dry(xlsx(row("L-001", name=name))) for name in ("One", "Two")]

    def attempt(number: int) -> str:
        try:
            return commit(made[number]).state
        except Refusal as refusal:
            return refusal.code

    assert sorted(run_at_once(attempt, 2)) == ["committed", "kernel.sheet_plan_changed"]


# Undo


def test_undo_takes_away_what_was_new_and_restores_what_was_changed() -> None:
    run = undo(commit(dry(xlsx(*MIXED)), only_good=True))
    assert (run.state, codes(), Lamp.objects.get().values) == ("undone", ["L-001"], lamp())
    entries = AuditEntry.objects.filter(subject=f"kernel.sheetrun/{run.pk}").order_by("id")
    assert [entry.action for entry in entries] == ["commit", "undo"]


def test_undo_is_refused_and_names_the_records_changed_since() -> None:
    run = commit(dry(xlsx(*MIXED)), only_good=True)
    Lamp.objects.filter(pk__in=["L-002", "L-004"]).update(values=lamp(code="?"))
    with pytest.raises(errors.ChangedSince) as refused:
        undo(run)
    assert "L-002; L-004" in str(refused.value)
    assert codes() == ["L-001", "L-002", "L-004"]


def test_undo_is_possible_once_and_for_a_day() -> None:
    run = commit(dry(xlsx(row("L-002"))))
    with pytest.raises(errors.RunExpired):
        undo(run, now=LATER + KEPT_FOR)
    undo(run, now=LATER + KEPT_FOR - timedelta(seconds=1))
    with pytest.raises(errors.RunSpent):
        undo(run)


def test_files_and_records_of_old_runs_are_forgotten() -> None:
    old = dry(xlsx(*MIXED))
    run_dry(sheet="lamps", file_name="x", content=xlsx(GOOD), actor=keeper(), now=NOW + KEPT_FOR)
    old.refresh_from_db()
    assert (old.content, old.changes, old.faults, old.counts["wrong"]) == (None, [], [], 1)
    with pytest.raises(errors.RunExpired):
        marked_file(run_id=old.pk, actor=keeper(), now=NOW + KEPT_FOR)


# The user's own file, marked


def marked(content: bytes | str) -> tuple[bytes, str]:
    return marked_file(run_id=dry(content).pk, actor=keeper(), now=NOW)


def page_of(content: bytes):
    return load_workbook(io.BytesIO(content)).worksheets[0]


def test_marked_workbook_shows_wrong_cells_and_the_reasons_at_the_right() -> None:
    book = load_workbook(io.BytesIO(xlsx(*MIXED)))
    book.active["K2"] = None
    book.active.column_dimensions["B"].width = 33
    content, form = marked(saved(book))
    page = page_of(content)
    assert (form, page["J1"].value, page["J4"].value) == ("xlsx", "Reason", "D4: This is not a number.")
    assert (page["D4"].fill.fgColor.rgb, page["D4"].comment.text) == ("FFFFC7CE", "This is not a number.")
    assert [page[cell].fill.fill_type for cell in ("D3", "C4")] == [None, None]
    assert page.column_dimensions["B"].width == 33  # the rest of the file is the user's


def test_marked_file_is_corrected_and_sent_again() -> None:
    content, _ = marked(xlsx(*MIXED))
    book = load_workbook(io.BytesIO(content))
    book.active["D4"] = 60
    again = dry(saved(book))
    assert again.counts == counts(new=3, changed=1)
    page = page_of(marked_file(run_id=again.pk, actor=keeper(), now=NOW)[0])
    assert (page["J4"].value, page["D4"].fill.fill_type, page["D4"].comment) == (None, None, None)
    assert page.max_column == 10


def test_marked_csv_keeps_its_encoding_and_gets_a_column_of_reasons() -> None:
    content, form = marked(comma(*MIXED, delimiter=";").encode("gb18030"))
    lines = list(csv.reader(io.StringIO(content.decode("gb18030")), delimiter=";"))
    assert (form, lines[0][-1], lines[3][-1], lines[2][-1]) == ("csv", "Reason", "D4: This is not a number.", "")
    assert dry(content).counts == counts(new=2, changed=1, wrong=1)


def test_fault_of_the_header_is_told_below_the_word_reason() -> None:
    page = page_of(marked(xlsx(GOOD, header=[*HEADERS[:-1], "Sky"]))[0])
    assert page["J2"].value == "I1: There is no column called “Sky” here."
    assert page["I1"].fill.fgColor.rgb == "FFFFC7CE"


# Templates and exports


def test_template_has_drop_downs_notes_an_example_and_help() -> None:
    book: Workbook = load_workbook(
        io.BytesIO(export(sheet="lamps", form="xlsx", actor=keeper(), now=NOW, is_template=True))
    )
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == HEADERS
    assert "Required." in page["A1"].comment.text
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    assert lists == {"C2": "choices!$A$1:$A$3", "F2": "choices!$B$1:$B$2"}
    assert [cell.value for cell in book["choices"]["A"]] == ["led Light diode", "gas", "g2 Gas"]
    assert [cell.value for cell in book["Example"][2]][:2] == ["L-001", "Corner"]
    assert book["Help"]["A2"].value == "Code"


def test_template_itself_holds_no_row() -> None:
    content = export(sheet="lamps", form="xlsx", actor=keeper(), now=NOW, is_template=True)
    assert dry(content).counts == counts()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_exported_comes_in_again_as_the_same(form: str, language: str) -> None:
    Lamp.objects.create(code="L-002", values=lamp(code="L-002", name="=1+1", note="-x", kind="g2", on="L-001"))
    with override(language):
        content = export(sheet="lamps", form=form, actor=keeper(), now=NOW)
    assert dry(content).counts == counts(same=2)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0"])
def test_no_exported_text_is_a_formula(text: str) -> None:
    Lamp.objects.update(values=lamp(name=text))
    cell = page_of(export(sheet="lamps", form="xlsx", actor=keeper(), now=NOW))["B2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert f"'{text}" in export(sheet="lamps", form="csv", actor=keeper(), now=NOW).decode()


def test_export_leaves_a_trace() -> None:
    export(sheet="lamps", form="csv", actor=keeper(), now=NOW)
    assert AuditEntry.objects.get(subject="kernel.sheet/lamps").data == {"rows": 1}


# Who may


def test_sheet_needs_its_permission_and_that_of_sheets() -> None:
    for held in (PERMISSION, USE_SHEETS):
        actor = keeper(permissions=frozenset({held}))
        assert ports_of(actor) == []
        with pytest.raises(NotPermitted):
            dry(xlsx(GOOD), actor)
    assert [port.code for port in ports_of(keeper())] == ["lamps"]


def test_unknown_sheets_forms_and_runs_are_not_found() -> None:
    with pytest.raises(NotFound):
        export(sheet="moons", form="csv", actor=keeper(), now=NOW)
    with pytest.raises(NotFound):
        export(sheet="lamps", form="pdf", actor=keeper(), now=NOW)
    with pytest.raises(NotFound):
        commit_run(run_id=uuid4(), actor=keeper(), now=NOW)


def test_run_belongs_to_the_account_that_sent_it_though_all_keepers_see_that_it_was() -> None:
    run, other = dry(xlsx(*MIXED)), keeper(account_id=uuid4())
    for act in (partial(commit, run, actor=other), partial(runs.run, run.pk, other)):
        with pytest.raises(NotFound):
            act()
    assert [found.pk for found in runs.runs("lamps", other)] == [run.pk]
    assert runs.run(run.pk, keeper()).faults == run.faults


# Costs


def queries_of(rows: int) -> list[int]:
    """How many queries a dry run and its commit take for so many rows."""
    spent = []
    with CaptureQueriesContext(connection) as caught:
        run = dry(xlsx(*(row(f"L-{number:05}") for number in range(rows * 1000, rows * 1001))))
    spent.append(len(caught))
    with CaptureQueriesContext(connection) as caught:
        commit(run)
    return [*spent, len(caught)]


def test_number_of_queries_does_not_grow_with_the_rows() -> None:
    assert queries_of(2) == queries_of(60)
