"""Photos of the play: drawn by code, with time and place as a phone writes them, handed in like any other."""

import struct
from datetime import datetime
from random import Random
from uuid import UUID

from django.utils.timezone import localtime
from PIL import Image

from citygrid.evidence import services as evidence
from citygrid.kernel.actor import Actor
from citygrid.simulator.rules.lives import Life
from citygrid.simulator.rules.pictures import SCENES, VARIANTS, picture
from citygrid.simulator.rules.places import METRE

EVERY = 5  # of the lives that can be drawn, how many tell with photos: one of so many
DETAILS, POSITION, TAKEN, OFFSET = 0x8769, 0x8825, 0x9003, 0x9011
SHOWN = {  # action to the role of its photo, and whether that shows the place put right
    "report": ("before", False),
    "self_dispose": ("after", True),
    "report_verification": ("scene", False),
    "reply": ("after", True),
    "fail_check": ("scene", False),
    "pass_check": ("after", True),
}


def photos(life: Life, action: str, actor: Actor, now: datetime) -> dict[str, tuple[UUID, ...]]:
    """Ids of the photos given with an action, by their role; none for most."""
    scene = SCENES.get(life.truth.own)
    if scene is None or action not in SHOWN or life.number % EVERY:
        return {}
    role, is_after = SHOWN[action]
    drawn = picture(scene, life.number // EVERY % VARIANTS, is_after=is_after)
    content = _with_exif(drawn, _exif(life, now))
    media = evidence.receive_photo(content=content, filename=f"{action}.jpg", actor=actor, now=now)
    return {role: (media.pk,)}


def _with_exif(jpeg: bytes, exif: bytes) -> bytes:
    """The picture with its EXIF as the first segment: nothing is encoded again."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def _exif(life: Life, at: datetime) -> bytes:
    """Taken at that moment, a few metres from the spot."""
    rng = Random(f"{life.number} {at}")  # noqa: S311 - a play, no secret
    local = localtime(at)
    found = Image.Exif()
    found.get_ifd(DETAILS).update({TAKEN: f"{local:%Y:%m:%d %H:%M:%S}", OFFSET: local.isoformat()[-6:]})
    lon, lat = (value + rng.uniform(-8, 8) * METRE for value in (life.spot.lon, life.spot.lat))
    found.get_ifd(POSITION).update({1: "N", 2: _parts(lat), 3: "E", 4: _parts(lon)})
    return found.tobytes()


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
