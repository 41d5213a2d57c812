"""A new version of a procedure: all problems at once; picture and differences before it is published."""

from collections.abc import Callable

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citygrid.kernel import memo
from citygrid.workflow import queries
from citygrid.workflow.models import ProcedureVersion

Enter = Callable[[str], Client]
PAGE = "/administration/procedure/"

pytestmark = pytest.mark.usefixtures("administrators")


@pytest.fixture
def document(city: object) -> dict:
    """The newest version with the next number, and one action that others may take."""
    found: dict = yaml.safe_load(queries.draft("city-case"))
    found["actions"]["file"]["role"] = ["acceptor"]
    return found


def text(document: dict) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def test_draft_is_the_newest_version_with_the_next_number(city: object) -> None:
    newest, (_, draft) = queries.procedure("city-case"), queries.read_text(queries.draft("city-case"))
    assert draft.version == newest.version + 1
    assert queries.differences(newest, draft) == []


def test_what_differs_is_shown_before_and_published_after(enter: Enter, document: dict) -> None:
    client, version = enter("system_administrator"), document["version"]
    answer = client.post(PAGE, {"text": text(document), "act": "check"}, headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "<svg" in page
    assert "Who: Shift leader → Acceptor" in page
    assert not ProcedureVersion.objects.filter(code="city-case", version=version).exists()
    memo.forget()
    answer = client.post(PAGE, {"text": text(document), "act": "publish"})
    assert answer["Location"] == f"/procedures/city-case/{version}/"
    assert "Who: Shift leader → Acceptor" in client.get(answer["Location"]).content.decode()


def test_file_takes_the_place_of_the_text(enter: Enter, document: dict) -> None:
    file = SimpleUploadedFile("city-case.yaml", text(document).encode())
    answer = enter("system_administrator").post(PAGE, {"file": file, "text": "nonsense", "act": "check"})
    assert answer.context["procedure"].version == document["version"]


def test_published_version_never_changes(enter: Enter, document: dict) -> None:
    document["version"] -= 1
    answer = enter("system_administrator").post(PAGE, {"text": text(document), "act": "publish"})
    assert answer.status_code == 422 and len(answer.context["problems"]) == 1


def test_all_problems_are_told_at_once(enter: Enter, document: dict) -> None:
    document["actions"]["file"]["role"] = ["king"]
    document["actions"]["close"]["to"] = "nowhere"
    answer = enter("system_administrator").post(PAGE, {"text": text(document), "act": "publish"})
    assert answer.status_code == 422
    told = " ".join(answer.context["problems"])
    assert "“king”" in told and "“nowhere”" in told


@pytest.mark.parametrize(
    "wrong",
    [
        "[]",
        "a",
        "code: [",
        "{code: c, version: x, zh: a, en: a, states: [1], actions: 2}",
        "a: &x [1]\nb: *x",
        "a: \x00",
    ],
)
def test_text_of_any_other_form_is_refused_in_words(enter: Enter, wrong: str) -> None:
    answer = enter("system_administrator").post(PAGE, {"text": wrong, "act": "check"})
    assert answer.status_code == 422
    assert answer.context["problems"] or answer.context["form"].errors


def test_only_who_publishes_procedures_may(enter: Enter) -> None:
    assert enter("dispatcher").get(PAGE).status_code == 403
    assert PAGE not in enter("dispatcher").get("/procedures/").content.decode()
    assert enter("system_administrator").get(f"{PAGE}?code=city-case").status_code == 200
