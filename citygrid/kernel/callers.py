"""Who calls from where, and how often: bounds for calls that no account answers for."""

from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings

MOST_CALLERS = 10_000
IPV6_PREFIX = 64  # one subscriber has all addresses of such a network


def address_of(request: Any) -> str:
    """The caller's IPv4 address or IPv6 network; "" when there is none.

    Behind CITYGRID_PROXIES proxies of ours it is what the outermost of them noted in X-Forwarded-For: what stands
    before that, the caller may have written.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",") if settings.PROXIES else []
    hops.append(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(hops[-1 - min(settings.PROXIES, len(hops) - 1)].strip())
    except ValueError:
        return ""
    return str(address) if address.version == 4 else str(ip_network((address, IPV6_PREFIX), strict=False))


class Meter:
    """Counts calls by caller within a minute, in the memory of this process; callers beyond MOST_CALLERS go free."""

    def __init__(self) -> None:
        self._minute, self._counts = 0, dict[str, int]()

    def count(self, caller: str, now: datetime) -> int:
        """Note one call; how many this minute has seen from the caller."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        if caller not in self._counts and len(self._counts) >= MOST_CALLERS:
            return 0
        self._counts[caller] = self._counts.get(caller, 0) + 1
        return self._counts[caller]
