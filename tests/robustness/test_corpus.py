"""Harmful files, handed to the real web process and read by the real worker: each is refused or contained."""

import json
import subprocess
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server, socket

import pytest

from citygrid.cases.tests.factories import make_city
from citygrid.evidence.models import Media
from citygrid.evidence.tests import corpus, factories
from citygrid.evidence.tests.corpus import SECRET, Item
from tests.api.conftest import key_of
from tests.robustness.platform import wait_for
from tests.robustness.web import Web

MOST_GROWTH = 100 << 20
EDGE = b"--------edge"
GOOD = [Item("photo", "a.jpg", factories.jpeg()), Item("sound", "a.wav", factories.recording("wav"))]


def hand_in(port: int, token: str, item: Item) -> tuple[int, str]:
    """Status of the answer, and the id of the medium or the code of the refusal."""
    name = f'name="photo"; filename="{item.filename}"'.encode()
    head = b"%s\r\nContent-Disposition: form-data; %s\r\n\r\n" % (EDGE, name)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={EDGE[2:].decode()}",
    }
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.request("POST", "/api/v1/media", head + item.content + b"\r\n" + EDGE + b"--\r\n", headers)
        answer = line.getresponse()
        told = json.load(answer)
    return answer.status, str(told.get("id") or told["code"])


def is_clean(path: Path, kind: str) -> bool:
    """Whether a copy is what it should be, by another reading, and shows nothing of this machine."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=format_name", "-of", "default=nw=1:nk=1", str(path)]
    read = subprocess.run(command, capture_output=True, text=True)
    wanted = {"photo": ("jpeg_pipe", "image2", "mjpeg"), "audio": ("mov",), "video": ("mov",)}[kind]
    return not read.returncode and read.stdout.startswith(wanted) and SECRET not in path.read_bytes()


@pytest.mark.django_db(transaction=True)
def test_corpus_is_refused_or_contained(transactional_db: None, tmp_path: Path) -> None:
    token, outcomes = key_of(make_city().actors["supervisor"]), Counter[str]()
    with create_server(("127.0.0.1", 0)) as listener, Web.running(tmp_path, has_worker=True) as web:
        passed: dict[str, Item] = {}
        before: dict[int, int] = {}
        wrong: list[str] = []
        for item in [*GOOD, *corpus.items(listener.getsockname()[1])]:
            status, told = hand_in(web.port, token, item)
            assert status == 201 or 400 <= status < 500, (item.name, status)
            outcomes["refused at once"] += status != 201
            if status == 201:
                passed[told] = item
            if item is GOOD[-1]:
                wait_for(lambda: not Media.objects.filter(state="received").exists(), 120)
                before = web.peaks()
        wait_for(lambda: not Media.objects.filter(state="received").exists(), 600)
        after, listener_heard = web.peaks(), _was_called(listener)
        for media in Media.objects.all():
            item = passed[str(media.pk)]
            outcomes[f"{media.state} by the worker"] += 1
            is_good = media.state == "refused" or item in GOOD or item.may_pass
            if not is_good or media.state == "ready" and not is_clean(web.evidence / media.public, media.kind):
                wrong.append(item.name)
        assert wrong == []
        assert [process.poll() for process in web.processes] == [None, None]
        assert set(before) <= set(after)
        growth = max(after[pid] - before[pid] for pid in before)
        assert (web.faults(), listener_heard) == ([], False)
    print(f"{sum(outcomes.values())} files: {dict(outcomes)}; {growth / 1e6:.0f} MB more memory at most")
    assert growth <= MOST_GROWTH


def _was_called(listener: socket) -> bool:
    """Whether anybody connected to where the playlists lead."""
    listener.settimeout(0.1)
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True
