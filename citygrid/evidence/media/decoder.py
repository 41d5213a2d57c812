"""The decoder, a program of its own: it reads `photo` in a folder and writes `public.jpg`, `thumbnail.jpg`, `result`.

    decoder.py FOLDER FORMAT MOST_PIXELS BYTES_OF_MEMORY SECONDS

Parts of the picture that `boxes` names (JSON: [left, top, width, height] of the upright picture, 0 to 1) are painted
over in both copies. Whatever a photo does to it, it does within these limits, without the platform's memory, files or
database. `result` is JSON: what the camera recorded, or {"refused": code}. It imports nothing of the platform, so that
it starts fast.
"""

import json
import resource
import sys
import warnings
from math import ceil, floor
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

PUBLIC_PX, THUMBNAIL_PX = 2048, 320
HIDING = (0, 0, 0)
QUALITY = 85
MOST_OUTPUT = 32 << 20
MOST_FRAMES = 8  # of a JPEG with further pictures behind it; all others have one
ORIENTATION, EXIF_IFD, GPS_IFD = 0x0112, 0x8769, 0x8825
TIME_TAKEN, OFFSET_TAKEN = 0x9003, 0x9011
UPRIGHT = dict(
    zip(
        range(2, 9),
        (
            *(Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM),
            *(Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE),
            Image.Transpose.ROTATE_90,
        ),
        strict=True,
    )
)


class Refused(Exception):  # noqa: N818 - an answer of the decoder, not a fault
    """The photo cannot be used; the argument is a code of the platform's errors."""


def limit(memory: int, seconds: int) -> None:
    """Bound this process for good (soft and hard): a photo may crash it, but not fill the machine."""
    bounds = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: MOST_OUTPUT,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_CORE: 0,
    }
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))


def read(folder: Path, expected: str, most_pixels: int) -> dict[str, Any]:
    """Decode the photo, write the two copies without any metadata, and return what the camera recorded."""
    with Image.open(folder / "photo", formats=[expected]) as opened:
        image: Image.Image = opened
        if image.width * image.height > most_pixels:
            raise Refused("evidence.too_many_pixels")
        if getattr(image, "n_frames", 1) > (MOST_FRAMES if image.format == "MPO" else 1):
            raise Refused("evidence.animated")
        found = {"width": image.width, "height": image.height, **_recorded(image)}
        turn = UPRIGHT.get(found.pop("orientation"))
        if image.mode == "P":
            image = image.convert("RGBA")  # a palette cannot be scaled
        image.thumbnail((PUBLIC_PX, PUBLIC_PX))
        copy = _flat(image if turn is None else image.transpose(turn))
    _hide(copy, json.loads((folder / "boxes").read_text()))
    _write(copy, folder / "public.jpg")
    copy.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    _write(copy, folder / "thumbnail.jpg")
    return found


def _flat(image: Image.Image) -> Image.Image:
    """The picture in three colours, on white where it lets something through, with nothing else attached."""
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    plain = image.convert("RGB")
    plain.info = {}
    return plain


def _hide(image: Image.Image, boxes: list[list[float]]) -> None:
    """Paint over: what was below is in no pixel of the copy, not even at the edge."""
    pen = ImageDraw.Draw(image)
    for left, top, width, height in boxes:
        upper = (floor(left * image.width), floor(top * image.height))
        lower = (ceil((left + width) * image.width), ceil((top + height) * image.height))
        pen.rectangle((upper, lower), fill=HIDING)


def _write(image: Image.Image, path: Path) -> None:
    image.save(path, "JPEG", quality=QUALITY, progressive=True)


def _recorded(image: Image.Image) -> dict[str, Any]:
    """Orientation, time and position in EXIF; what is broken there counts as absent."""
    found: dict[str, Any] = {"orientation": 1}
    try:
        exif = image.getexif()
        found["orientation"] = exif.get(ORIENTATION, 1)
        details, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
        found["time"] = str(details.get(TIME_TAKEN, ""))[:40]
        found["offset"] = str(details.get(OFFSET_TAKEN, ""))[:40]
        found["lat"], found["lon"] = _degrees(gps, 1, "S"), _degrees(gps, 3, "W")
    except (MemoryError, RecursionError):
        raise
    except Exception as broken:  # noqa: BLE001 - EXIF of foreign devices fails in every way there is
        found["exif_problem"] = type(broken).__name__
    if found["orientation"] not in UPRIGHT:
        found["orientation"] = 1
    return found


def _degrees(gps: Any, tag: int, negative: str) -> float | None:
    """Degrees from the reference tag ("N", "S", "E", "W") and the three rationals in the tag after it."""
    if tag + 1 not in gps:
        return None
    degrees, minutes, seconds = (float(part) for part in gps[tag + 1])
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(gps.get(tag, "")).strip("\0 ").upper() == negative else value


def result(folder: Path, expected: str, most_pixels: int) -> dict[str, Any]:
    """What `read` found, or why not."""
    try:
        return read(folder, expected, most_pixels)
    except Refused as refused:
        return {"refused": str(refused)}
    except Image.DecompressionBombError:
        return {"refused": "evidence.too_many_pixels"}
    except (MemoryError, RecursionError):
        return {"refused": "evidence.too_costly"}
    except Exception as broken:  # noqa: BLE001 - decoders of foreign files fail in every way there is
        return {"refused": "evidence.undecodable", "problem": f"{type(broken).__name__}: {broken}"[:300]}


def main() -> None:
    """Run on the arguments of the command line."""
    folder, expected, pixels, memory, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = int(pixels)
    Image.init()
    limit(int(memory), int(seconds))
    found = result(Path(folder), expected, int(pixels))
    (Path(folder) / "result").write_text(json.dumps(found, allow_nan=False))


if __name__ == "__main__":
    main()
