"""Parts of a picture that its copies hide."""

from collections.abc import Callable, Sequence
from math import ceil, floor

from citygrid.evidence import errors
from citygrid.evidence.choices import MOST_BOXES, Hidden
from citygrid.evidence.registry import Box

SMALLEST = 0.002  # of the picture: less would hide nothing
PLACES = 5  # decimal places that are kept


def checked(boxes: Sequence[Box]) -> list[Box]:
    """The boxes as they are kept: cut at the edges of the picture and rounded outwards.

    TooManyBoxes (400); BoxOutside (400) for one that is too small, outside, or of no known kind.
    """
    if len(boxes) > MOST_BOXES:
        raise errors.TooManyBoxes(most=MOST_BOXES)
    return [_cut(box, number) for number, box in enumerate(boxes, start=1)]


def _cut(box: Box, number: int) -> Box:
    left, top = max(0.0, box.left), max(0.0, box.top)
    right, bottom = min(1.0, box.left + box.width), min(1.0, box.top + box.height)
    is_known = box.kind in Hidden.values
    if not is_known or min(right - left, bottom - top) < SMALLEST:
        raise errors.BoxOutside(number=number)
    left, top = _rounded(left, floor), _rounded(top, floor)
    right, bottom = _rounded(right, ceil), _rounded(bottom, ceil)
    return Box(box.kind, left, top, round(right - left, PLACES), round(bottom - top, PLACES))


def _rounded(value: float, way: Callable[[float], int]) -> float:
    return way(round(value * 10**PLACES, 4)) / 10**PLACES  # 0.7 is a little more than 7 tenths in binary
