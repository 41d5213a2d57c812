from datetime import timedelta

import pytest
from django.test import RequestFactory

from citygrid.kernel import callers
from citygrid.kernel.tests.factories import NOW


@pytest.mark.parametrize(
    ("proxies", "remote", "noted", "address"),
    [
        (0, "203.0.113.7", "", "203.0.113.7"),
        (0, "203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody of ours wrote that
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "10.0.0.1, 198.51.100.1", "198.51.100.1"),  # the caller wrote the first
        (2, "127.0.0.1", "198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "2001:db8:1:2:3:4:5:6", "", ""),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (1, "127.0.0.1", "nonsense", ""),
        (0, "", "", ""),
    ],
)
def test_address_is_what_our_own_proxies_noted(settings, proxies, remote, noted, address) -> None:
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": noted} if noted else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    assert callers.address_of(request) == address


def test_calls_are_counted_by_caller_and_forgotten_after_the_minute() -> None:
    meter = callers.Meter()
    assert [meter.count("a", NOW), meter.count("a", NOW), meter.count("b", NOW)] == [1, 2, 1]
    assert meter.count("a", NOW + timedelta(minutes=1)) == 1


def test_meter_stays_small_however_many_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "MOST_CALLERS", 3)
    meter = callers.Meter()
    assert [meter.count(str(number), NOW) for number in range(5)] == [1, 1, 1, 0, 0]
    assert meter.count("1", NOW) == 2
