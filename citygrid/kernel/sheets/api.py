"""Spreadsheets for programs: the same steps as on the pages."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Strict

from citygrid.kernel import clock
from citygrid.kernel.api import BodyIn, Permitted, leads_to, responses
from citygrid.kernel.downloads import download
from citygrid.kernel.models import SheetRun
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.files import bounded, stem
from citygrid.kernel.sheets.matching import REASON
from citygrid.kernel.sheets.ports import ports_of

router = Router(tags=["sheets"])
MAY = Permitted(USE_SHEETS)


class Form(StrEnum):
    """The form of a file."""

    XLSX = "xlsx"
    CSV = "csv"


class FormIn(Schema):
    form: Form = Form.XLSX


class SheetOut(Schema):
    """A kind of record that this post may export and import."""

    code: str
    title: str
    about: str


class CountsOut(Schema):
    """Rows of a file by what they would do."""

    new: int
    changed: int
    same: int
    wrong: int


class FaultOut(Schema):
    """What is wrong with a cell; `cell` is "C7", or empty where it is the whole row."""

    row: int
    cell: str
    column: str
    value: str
    code: str
    words: str


class RunOut(Schema):
    """A file that was sent. Until `expires_at` it can be written, or undone once it is written."""

    id: UUID
    sheet: str
    file_name: str
    sha256: str
    state: SheetRun.SheetState
    counts: CountsOut
    at: datetime
    committed_at: datetime | None
    undone_at: datetime | None
    expires_at: datetime


class RunDetailOut(RunOut):
    """The same with its faults, the first 1,000; the marked file has them all."""

    faults: list[FaultOut]


class CommitIn(BodyIn):
    """`only_good`: write the good rows although others are wrong."""

    only_good: Annotated[bool, Strict()] = False


SAME = {"run_id": "$request.path.run_id"}
SENT = {"run_id": "$response.body#/id"}
FIRST = {"code": "$response.body#/0/code"}


@router.get(
    "",
    response=responses(list[SheetOut]),
    auth=MAY,
    openapi_extra=leads_to(read_sheet_template=FIRST, read_sheet_records=FIRST, list_sheet_runs=FIRST),
)
def list_sheets(request: Any) -> list[dict[str, Any]]:
    """The kinds of records that this post may export and import."""
    return [{"code": port.code, "title": str(port.title), "about": str(port.about)} for port in ports_of(request.auth)]


@router.get("/{code}/template", response=responses(None), auth=MAY)
def read_sheet_template(request: Any, code: str, wanted: Query[FormIn]) -> HttpResponse:
    """An empty file; as a workbook with drop-downs, an example and help."""
    form = wanted.form.value
    content = runs.export(sheet=code, form=form, actor=request.auth, now=clock.now(), is_template=True)
    return download(content, form, f"{code}-template")


@router.get("/{code}/records", response=responses(None), auth=MAY)
def read_sheet_records(request: Any, code: str, wanted: Query[FormIn]) -> HttpResponse:
    """The records of this post's reach as a file that can be sent in again. Leaves an audit entry."""
    form = wanted.form.value
    return download(runs.export(sheet=code, form=form, actor=request.auth, now=clock.now()), form, code)


@router.get("/{code}/runs", response=responses(list[RunOut]), auth=MAY)
def list_sheet_runs(request: Any, code: str) -> Any:
    """The latest files sent for this sheet, of all accounts; only one's own can be read."""
    return runs.runs(code, request.auth)


@router.post(
    "/{code}/runs",
    response=responses(RunDetailOut, 201),
    auth=MAY,
    openapi_extra=leads_to(201, read_sheet_run=SENT, read_marked_sheet=SENT, commit_sheet_run=SENT),
)
def check_sheet(request: Any, code: str, file: File[UploadedFile]) -> Status[Any]:
    """Check a file (.xlsx or CSV). Nothing is written; the run is kept 24 hours. Takes seconds for 10,000 rows."""
    name, now = file.name or "", clock.now()
    found = runs.run_dry(sheet=code, file_name=name, content=bounded(file), actor=request.auth, now=now)
    return Status(201, found)


@router.get("/runs/{run_id}", response=responses(RunDetailOut), auth=MAY)
def read_sheet_run(request: Any, run_id: UUID) -> Any:
    """A file this account sent."""
    return runs.run(run_id, request.auth)


@router.get("/runs/{run_id}/marked", response=responses(None), auth=MAY)
def read_marked_sheet(request: Any, run_id: UUID) -> HttpResponse:
    """The file as it was sent, with the wrong cells marked and a column of reasons."""
    found = runs.run(run_id, request.auth)
    content, form = runs.marked_file(run_id=run_id, actor=request.auth, now=clock.now())
    return download(content, form, f"{stem(found.file_name)}-{REASON}")


@router.post(
    "/runs/{run_id}/commit", response=responses(RunDetailOut), auth=MAY, openapi_extra=leads_to(undo_sheet_run=SAME)
)
def commit_sheet_run(request: Any, run_id: UUID, body: CommitIn) -> Any:
    """Write what the check promised, all of it or nothing."""
    return runs.commit_run(run_id=run_id, actor=request.auth, now=clock.now(), only_good=body.only_good)


@router.post("/runs/{run_id}/undo", response=responses(RunDetailOut), auth=MAY)
def undo_sheet_run(request: Any, run_id: UUID) -> Any:
    """Change back what the run wrote; refused once one of these records was changed since."""
    return runs.undo_run(run_id=run_id, actor=request.auth, now=clock.now())
