from hypothesis import given
from hypothesis import strategies as st

from citygrid.geography.queries import Tile

TILES = st.integers(0, 20).flatmap(
    lambda zoom: st.builds(Tile, st.just(zoom), st.integers(0, 2**zoom - 1), st.integers(0, 2**zoom - 1))
)


def test_whole_earth_is_one_tile() -> None:
    west, south, east, north = Tile(0, 0, 0).bounds()
    assert (west, east) == (-180, 180)
    assert round(north, 4) == -round(south, 4) == 85.0511


@given(TILES)
def test_tile_is_there_and_its_neighbours_share_its_edges(tile: Tile) -> None:
    assert tile.is_there
    west, south, east, north = tile.bounds()
    assert west < east
    assert south < north
    assert Tile(tile.zoom, tile.x + 1, tile.y).bounds()[0] == east
    assert Tile(tile.zoom, tile.x, tile.y + 1).bounds()[3] == south


@given(TILES)
def test_four_deeper_tiles_make_one(tile: Tile) -> None:
    west, east, north, south = tile.cells(tile.zoom + 1)
    assert (east - west, south - north) == (1, 1)
    first, last = Tile(tile.zoom + 1, west, north), Tile(tile.zoom + 1, east, south)
    outer = (first.bounds()[0], last.bounds()[1], last.bounds()[2], first.bounds()[3])
    assert outer == tile.bounds()


def test_tiles_outside_the_pyramid_are_not_there() -> None:
    for tile in (Tile(0, 1, 0), Tile(3, -1, 0), Tile(3, 0, 8), Tile(21, 0, 0), Tile(-1, 0, 0)):
        assert not tile.is_there
