import time

from citygrid.kernel.ids import RECEIPT_ALPHABET, receipt_code, uuid7


def test_uuid7_carries_version_variant_and_the_present_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= after


def test_uuid7_sorts_by_time_and_never_repeats() -> None:
    made = [uuid7() for _ in range(20_000)]
    milliseconds = [one.int >> 80 for one in made]
    assert milliseconds == sorted(milliseconds)
    assert milliseconds[-1] > milliseconds[0]
    assert len(set(made)) == len(made)


def test_uuid7_has_seventy_four_bits_of_chance() -> None:
    made = [uuid7().int for _ in range(2_000)]
    ever_set, always_set = 0, ~0
    for one in made:
        ever_set, always_set = ever_set | one, always_set & one
    changing = (ever_set & ~always_set) & ((1 << 80) - 1)
    assert changing.bit_count() == 74


def test_receipts_are_readable_and_do_not_repeat() -> None:
    made = {receipt_code() for _ in range(5_000)}
    assert len(made) == 5_000
    assert {len(one) for one in made} == {14}
    assert {letter for one in made for letter in one} == {*RECEIPT_ALPHABET, "-"}
    assert not {*RECEIPT_ALPHABET} & {*"01ILOU"}
