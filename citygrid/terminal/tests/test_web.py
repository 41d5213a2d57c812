"""The page of the terminal: its words, and the files a phone keeps."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from citygrid.terminal.web import built
from citygrid.terminal.web.words import WORDS

SCRIPTS = settings.ROOT / "frontend/terminal"
SAID = re.compile(r"say\(\s*'(\w+)'")


def sources() -> str:
    return "\n".join(path.read_text() for path in SCRIPTS.rglob("*") if path.suffix in (".ts", ".vue"))


def test_every_word_that_is_said_is_there() -> None:
    assert set(SAID.findall(sources())) - set(WORDS) == set()


def test_every_word_is_said_somewhere() -> None:
    found = sources()
    assert [name for name in WORDS if not name.startswith(("lamp_", "code_")) and f"'{name}'" not in found] == []


def test_page_is_the_same_for_everybody_and_names_nobody(client: Client, db: None) -> None:
    answer = client.get("/terminal/")
    assert answer.status_code == 200 and "csrftoken" in answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "新上报"), ("en", "New report")])
def test_words_are_those_of_the_caller(client: Client, db: None, language: str, word: str) -> None:
    told = client.get("/terminal/", headers={"Accept-Language": language}).content.decode()
    script = re.search(r'<script id="told" type="application/json">(.*?)</script>', told)
    assert script and json.loads(script[1])["words"]["new_report"] == word


def test_worker_keeps_every_file_that_the_page_may_load(client: Client, db: None) -> None:
    script = client.get("/terminal/sw.js").content.decode()
    shell = json.loads(script.removeprefix("self.SHELL = ").split(";\n", 1)[0])
    assert shell["page"] == "/terminal/"
    names = [Path(name).name for name in shell["files"]]
    for part in ("main-", "ReportView-", "TaskView-", "OutboxView-", "PinMap-"):
        assert any(name.startswith(part) and name.endswith(".js") for name in names), part
    for address in shell["files"]:
        answer = client.get(address)
        answer.close()
        assert answer.status_code == 200, address


def test_worker_imports_nothing_and_other_words_make_another_version() -> None:
    assert not re.search(r"\b(import|export)\b", built.worker_source())
    assert built.version("one") == built.version("one") != built.version("other")
