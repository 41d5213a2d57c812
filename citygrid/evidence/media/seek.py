"""The detectors that come with the platform: the cascades of OpenCV, in a bounded subprocess."""

import logging
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from citygrid.evidence.choices import Hidden
from citygrid.evidence.registry import Box, detectors
from citygrid.kernel import confined

PROGRAM = Path(__file__).with_name("seeker.py")
MEMORY, PROCESSOR_SECONDS, SECONDS = 1 << 30, 20, 60
MOST_RESULT = 20_000
KINDS = (Hidden.FACE, Hidden.PLATE)
log = logging.getLogger(__name__)


def seek(kind: str, picture: bytes) -> list[Box]:
    """Faces or plates in a picture, the largest first; none when the detector fails, for it only proposes.

    confined.NoTimeError when the machine gave it no time.
    """
    with TemporaryDirectory(prefix="seek-") as name:
        folder = Path(name)
        (folder / "picture").write_bytes(picture)
        status = confined.run(PROGRAM, folder, kind, MEMORY, PROCESSOR_SECONDS, seconds=SECONDS)
        found = confined.result(folder, MOST_RESULT)
    if found is None:
        log.warning("the detector of %s ended with status %d", kind, status)
        return []
    return [Box(kind, *box) for box in found["boxes"]]


def register() -> None:
    """Make them known."""
    for kind in KINDS:
        detectors.register(str(kind), partial(seek, str(kind)))
