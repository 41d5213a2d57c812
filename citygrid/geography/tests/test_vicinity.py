"""Shapes in an address: whatever is written, it is read or refused, and its region holds it."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citygrid.geography.errors import UnusableGeometry
from citygrid.geography.queries import MOST_METRES, vicinity
from citygrid.geography.rules.vicinity import WRITTEN

METRES = st.floats(0, MOST_METRES)
NEAR = st.tuples(st.floats(100, 105), st.floats(-60, 80)).map(lambda at: f"{at[0]:.7f} {at[1]:.7f}")


@given(st.from_regex(WRITTEN, fullmatch=True) | st.text(max_size=60), METRES)
def test_anything_is_read_or_refused(text: str, metres: float) -> None:
    try:
        found = vicinity(text, metres)
    except UnusableGeometry:
        return
    assert shapely.from_wkt(found.region).is_valid


@given(st.sampled_from(["POINT({})", "LINESTRING({})"]), st.lists(NEAR, min_size=1, max_size=6), METRES)
def test_region_holds_the_shape_and_a_rim(kind: str, corners: list[str], metres: float) -> None:
    try:
        found = vicinity(kind.format(",".join(corners)), metres)
    except UnusableGeometry:
        return
    region, shape = shapely.from_wkt(found.region), shapely.from_wkt(found.wkt)
    assert region.is_valid and region.covers(shape)
    rim = shape.buffer(metres / 111_700)  # no degree is longer
    assert rim.is_empty or region.covers(rim)  # narrower than numbers can tell


@pytest.mark.parametrize("metres", [-1, MOST_METRES + 1, float("nan"), float("inf")])
def test_metres_are_bounded(metres: float) -> None:
    with pytest.raises(UnusableGeometry):
        vicinity("POINT(116 39)", metres)
