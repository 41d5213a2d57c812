from datetime import UTC, datetime

from citygrid.kernel import clock


def test_clock_stands_within_the_block_and_goes_on_after_it() -> None:
    then = datetime(2020, 2, 2, 2, 2, tzinfo=UTC)
    with clock.standing_at(then):
        assert clock.now() == then
    assert clock.now() > then
