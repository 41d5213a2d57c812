from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from citygrid.kernel.models import Series
from citygrid.kernel.numbering import allocate
from citygrid.kernel.tests.factories import run_at_once

THREADS, ROUNDS = 20, 15


class GiveUpError(Exception):
    """A transaction that ends without its change."""


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_although_twenty_threads_roll_some_back() -> None:
    def work(thread: int) -> list[int]:
        kept = []
        for turn in range(ROUNDS):
            try:
                with transaction.atomic():
                    number = allocate("case/110101/20261123")
                    if (thread + turn) % 3 == 0:
                        raise GiveUpError
                kept.append(number)
            except GiveUpError:
                pass
        return kept

    numbers = sorted(number for kept in run_at_once(work, THREADS) for number in kept)
    assert numbers == list(range(1, THREADS * ROUNDS * 2 // 3 + 1))


@pytest.mark.django_db
def test_series_are_counted_apart() -> None:
    assert [allocate("a"), allocate("a"), allocate("b")] == [1, 2, 1]


@pytest.mark.django_db
def test_block_of_numbers_begins_after_the_last_one() -> None:
    assert [allocate("a"), allocate("a", 500), allocate("a")] == [1, 2, 502]


@pytest.mark.django_db(transaction=True)
def test_second_transaction_waits_for_the_number_of_the_first() -> None:
    has_number, may_end = Event(), Event()

    def first() -> int:
        try:
            with transaction.atomic():
                number = allocate("a")
                has_number.set()
                assert may_end.wait(60)
            return number
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(first)
        assert has_number.wait(60)
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
            allocate("a")
        may_end.set()
        assert answer.result() == 1
    assert allocate("a") == 2
    assert Series.objects.get(key="a").last == 2
