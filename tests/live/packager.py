"""The packager on the tests' own database, and a phone that sends a film in pieces."""

import os
import re
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection

from citygrid.config import processes, state
from citygrid.evidence.media import shown
from citygrid.evidence.models import LiveStream
from tests.robustness.platform import command_of, descendants, wait_for

ROOT = Path(__file__).resolve().parents[2]
SEEN = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'citygrid packager'
"""
PART = re.compile(r"^part(\d+)\.m4s$", re.MULTILINE)


class Packager:
    """The process of `deploy/run`, which can be killed and started again."""

    def __init__(self) -> None:
        name = connection.settings_dict["NAME"]
        url = os.environ.get("DATABASE_URL", "").rsplit("/", 1)[0] or f"postgres://{state.NAME}@"
        place = "" if os.environ.get("DATABASE_URL") else f"?host={state.socket_folder()}&port={state.SOCKET_PORT}"
        told = {"DATABASE_URL": f"{url}/{name}{place}", "CITYGRID_STREAMS_FOLDER": str(settings.STREAMS_FOLDER)}
        self.environment = {**os.environ, **told}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(processes.packager(), cwd=ROOT, env=self.environment)
        wait_for(self.is_ready)

    def is_ready(self) -> bool:
        """Whether it looks at what is live."""
        with connection.cursor() as cursor:
            cursor.execute(SEEN)
            return bool(cursor.fetchone()[0])

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def films(self) -> list[int]:
        """The processes of ffmpeg that it has started."""
        return [pid for pid in descendants(self.process.pid) if command_of(pid).startswith("ffmpeg")]


def parts(stream: LiveStream) -> list[int]:
    """The numbers of the parts in the playlist as it is now."""
    playlist = shown.folder(stream.pk) / shown.PLAYLIST
    return [int(number) for number in PART.findall(playlist.read_text())] if playlist.exists() else []
