"""Live video as a phone sends it: a film made by ffmpeg, cut into pieces."""

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from citygrid.access.tests.factories import NOW
from citygrid.evidence import models, services
from citygrid.evidence.tests.factories import recording
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.kernel.actor import Actor

WEBM = "video/webm;codecs=vp8,opus"
INSIDE = {"lon": WEST + 0.001, "lat": SOUTH + 0.001, "frame": "wgs84"}


def film(seconds: float = 4.0) -> bytes:
    """A film of a phone's recorder: no length in its head, a cluster a second."""
    options = ("-cluster_time_limit", "1000", "-live", "1", "-g", "15")
    return recording("webm", *options, seconds=seconds)


def cut(content: bytes, count: int) -> list[bytes]:
    """The content in so many pieces of about one size, as they come: not where a cluster ends."""
    size = -(-len(content) // count)
    return [content[at : at + size] for at in range(0, len(content), size)]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begin(actor: Actor, *, now: Any = NOW, stream_id: UUID | None = None, **values: Any) -> models.LiveStream:
    given = {"mime_type": WEBM, **INSIDE, **values}
    return services.begin_stream(stream_id=stream_id or uuid4(), actor=actor, now=now, **given)


def send(
    stream: models.LiveStream, pieces: Iterable[tuple[int, bytes]], actor: Actor, now: Any = NOW
) -> models.LiveStream:
    """Send numbered pieces; the stream after the last of them."""
    for number, content in pieces:
        told = {"number": number, "content": content, "sha256": digest(content)}
        stream = services.receive_piece(stream_id=stream.pk, actor=actor, now=now, **told)
    return stream


def frames(path: Path) -> tuple[int, float]:
    """How many pictures a film has, and how many seconds lie between the first and the last."""
    wanted = ("-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "json")
    done = subprocess.run(["ffprobe", "-v", "error", *wanted, str(path)], capture_output=True, check=True)
    times = [float(packet["pts_time"]) for packet in json.loads(done.stdout)["packets"]]
    return len(times), max(times) - min(times)
