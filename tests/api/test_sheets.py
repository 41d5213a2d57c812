"""Spreadsheets through the API: the steps of the pages, for programs."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from citygrid.access.models import Organisation
from citygrid.access.tests.factories import make_actor
from citygrid.cases.tests.factories import City
from citygrid.kernel.downloads import TYPES
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.tests.sheet_files import file_of
from tests.api.conftest import key_of

SHEETS = "/api/v1/sheets"
JSON = "application/json"
GOOD = {"code": "env-09", "name_zh": "绿化队", "kind": "greening"}


def client(role: str = "system_administrator", scopes: Any = None) -> Client:
    return Client(headers={"Authorization": f"Bearer {key_of(make_actor(role), scopes)}", "Accept-Language": "en"})


def send(caller: Client, *rows: dict[str, str], sheet: str = "organisations", name: str = "units.csv") -> Any:
    return caller.post(f"{SHEETS}/{sheet}/runs", {"file": SimpleUploadedFile(name, file_of(*rows))})


def step(caller: Client, run: dict[str, Any], verb: str, **body: Any) -> Any:
    return caller.post(f"{SHEETS}/runs/{run['id']}/{verb}", body, JSON)


@pytest.mark.django_db
def test_list_holds_the_sheets_of_the_post() -> None:
    codes = [each["code"] for each in client().get(SHEETS).json()]
    assert {"organisations", "accounts", "rules", "components"} < set(codes)
    assert [each["code"] for each in client("security_administrator").get(SHEETS).json()] == ["posts", "holdings"]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("what", ["template", "records"])
def test_files_are_served_in_both_forms(what: str, form: str) -> None:
    answer = client().get(f"{SHEETS}/organisations/{what}?form={form}")
    assert (answer.status_code, answer["Content-Type"]) == (200, TYPES[form])
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
def test_file_is_checked_marked_written_and_undone() -> None:
    caller = client()
    answer = send(caller, GOOD, {**GOOD, "code": "env-10", "name_zh": ""})
    run = answer.json()
    assert (answer.status_code, run["state"]) == (201, "planned")
    assert run["counts"] == {"new": 1, "changed": 0, "same": 0, "wrong": 1}
    assert [(fault["cell"], fault["code"], fault["words"]) for fault in run["faults"]] == [
        ("B3", "blank", "A value is needed.")
    ]
    marked = caller.get(f"{SHEETS}/runs/{run['id']}/marked")
    assert "B3: A value is needed." in marked.content.decode("utf-8-sig")
    assert step(caller, run, "commit").json()["code"] == "kernel.sheet_rows_wrong"
    assert step(caller, run, "commit", only_good=True).json()["state"] == "committed"
    assert Organisation.objects.get(code="env-09").is_active
    assert step(caller, run, "undo").json()["state"] == "undone"
    assert not Organisation.objects.get(code="env-09").is_active
    assert caller.get(f"{SHEETS}/runs/{run['id']}").json()["state"] == "undone"
    assert [each["id"] for each in caller.get(f"{SHEETS}/organisations/runs").json()] == [run["id"]]


@pytest.mark.django_db
def test_marked_workbook_is_a_workbook() -> None:
    caller = client()
    book = load_workbook(io.BytesIO(caller.get(f"{SHEETS}/accounts/template").content))
    book.worksheets[0].append(["two words", "王小明"])
    out = io.BytesIO()
    book.save(out)
    upload = SimpleUploadedFile("a.xlsx", out.getvalue())
    run = caller.post(f"{SHEETS}/accounts/runs", {"file": upload}).json()
    page = load_workbook(io.BytesIO(caller.get(f"{SHEETS}/runs/{run['id']}/marked").content)).worksheets[0]
    assert page["A2"].comment.text == "A login has no spaces and no slashes."


@pytest.mark.django_db
def test_name_of_a_file_holds_nothing_that_cannot_be_kept() -> None:
    assert send(client(), GOOD, name="a\x00\x1bb.csv").json()["file_name"].endswith("b.csv")


REFUSALS: list[tuple[Callable[[Client], Any], int, str]] = [
    (lambda c: c.get(f"{SHEETS}/moons/template"), 404, "kernel.not_found"),
    (lambda c: c.get(f"{SHEETS}/posts/records"), 403, "kernel.not_permitted"),
    (lambda c: c.get(f"{SHEETS}/accounts/template?form=pdf"), 422, "kernel.invalid"),
    (lambda c: c.post(f"{SHEETS}/accounts/runs", {"file": SimpleUploadedFile("a.csv", b"\0")}), 400,
     "kernel.sheet_unreadable"),
    (lambda c: c.post(f"{SHEETS}/accounts/runs", {}), 422, "kernel.invalid"),
    (lambda c: step(c, {"id": "018f0000-0000-7000-8000-00000000000a"}, "commit"), 404, "kernel.not_found"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("call", "status", "code"), REFUSALS)
def test_refusal_is_a_problem(call: Callable[[Client], Any], status: int, code: str) -> None:
    answer = call(client())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_token_needs_both_permissions(city: City, client_of: Callable[..., Client]) -> None:
    assert client_of("dispatcher").get(SHEETS).status_code == 403
    narrow = client(scopes=[USE_SHEETS])
    assert narrow.get(SHEETS).json() == []
    assert narrow.get(f"{SHEETS}/accounts/records").status_code == 403
