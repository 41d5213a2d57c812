"""Real Dongcheng: 17 streets that tile the district, and 6,070 facilities that know their street."""

import numpy as np
import pytest
from shapely.geometry import shape

from benchmarks import dongcheng
from citygrid.geography.choices import Frame
from citygrid.geography.rules.coordinates import points_to_wgs84

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not dongcheng.FOLDER.exists(), reason=f"the real data is not at {dongcheng.FOLDER}"),
]


@pytest.fixture
def row(db, capsys):
    measured = dongcheng.measure()
    with capsys.disabled():
        print(f"\nDongcheng: {measured}")
    return measured


def test_streets_tile_the_district_and_facilities_lie_in_the_street_named(row):
    assert row["streets"] == 17
    assert row["streets_km2"] == pytest.approx(41.885, rel=1e-3)
    assert row["district_km2"] == pytest.approx(41.885, rel=1e-3)
    assert row["difference_m2"] < 1e-3 * 41.885e6
    assert row["facilities_with_street"] == 6055
    assert row["share"] >= 0.996
    assert (row["without_street"], row["without_street_outside"]) == (15, 15)


def test_gcj02_outline_converts_to_the_wgs84_outline():
    shifted = np.array(dongcheng.read("dongcheng_boundary_gcj02.geojson")["geometry"]["coordinates"][0])
    ours = shape({"type": "Polygon", "coordinates": [points_to_wgs84(shifted, Frame.GCJ02)]})
    published = shape(dongcheng.read("dongcheng_boundary_wgs84.geojson")["features"][0]["geometry"])
    assert ours.intersection(published).area / ours.union(published).area > 0.9999
