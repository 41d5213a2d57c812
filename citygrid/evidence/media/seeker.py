"""A program of its own that looks for faces and plates: it reads `picture` in a folder and writes `result`.

    seeker.py FOLDER KIND BYTES_OF_MEMORY SECONDS

The detectors are the cascades that come with OpenCV (Viola and Jones, 2001): fast, without a model to download, and
often wrong both ways. So what they find is proposed, never decided. `result` is JSON: {"boxes": [[left, top, width,
height], ...]} in parts of the picture, 0 to 1, the largest first. It imports nothing of the platform.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import cv2.data

LONGEST_PX = 1280  # of the picture that is looked at
STEP, NEIGHBOURS = 1.1, 5
SAME = 0.3  # of the smaller box: so much in common, and both are one find
MOST = 50
CASCADES = {
    "face": ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml"),
    "plate": ("haarcascade_russian_plate_number.xml", "haarcascade_license_plate_rus_16stages.xml"),
}
MIRRORED = frozenset({"haarcascade_profileface.xml"})  # trained on one side only
SMALLEST_PX = {"face": 24, "plate": 16}
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


def limit(memory: int, seconds: int) -> None:
    """Bound this process for good: a picture may crash it, but not fill the machine."""
    bounds = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 1 << 20,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_CORE: 0,
    }
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))


def found(path: Path, kind: str) -> list[list[float]]:
    """What the cascades of a kind find in a picture, in parts of it, the largest first."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return []
    scale = min(1.0, LONGEST_PX / max(picture.shape))
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = picture.shape
    boxes = _apart(_seen(cv2.equalizeHist(picture), kind))[:MOST]
    return [[left / width, top / height, wide / width, high / height] for left, top, wide, high in boxes]


def _seen(picture: "cv2.typing.MatLike", kind: str) -> Iterator[Box]:
    smallest = (SMALLEST_PX[kind],) * 2
    for name in CASCADES[kind]:
        cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / name))
        for mirrored in (False, True) if name in MIRRORED else (False,):
            looked_at = cv2.flip(picture, 1) if mirrored else picture
            for left, top, wide, high in cascade.detectMultiScale(looked_at, STEP, NEIGHBOURS, minSize=smallest):
                yield (picture.shape[1] - int(left + wide) if mirrored else int(left), int(top), int(wide), int(high))


def _apart(boxes: Iterable[Box]) -> list[Box]:
    """The boxes without those that have much in common with a larger one."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box[2] * box[3]):
        if all(_common(box, other) < SAME * box[2] * box[3] for other in kept):
            kept.append(box)
    return kept


def _common(one: Box, other: Box) -> int:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, wide) * max(0, high)


def main() -> None:
    """Run on the arguments of the command line."""
    folder, kind, memory, seconds = sys.argv[1:]
    cv2.setNumThreads(1)
    limit(int(memory), int(seconds))
    boxes = found(Path(folder) / "picture", kind)
    (Path(folder) / "result").write_text(json.dumps({"boxes": boxes}, allow_nan=False))


if __name__ == "__main__":
    main()
