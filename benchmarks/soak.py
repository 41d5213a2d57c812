"""Load the running demo for a while: `make run` in one shell, `make soak MINUTES=10` in another.

Clients report through the API at a steady rate, each report with a key of its own, one in ten sent twice. At the end
every receipt is asked for. Prints one JSON row: sent, lost, doubled, refused, and the times of the answers.
"""

import argparse
import json
import os
import random
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
django.setup()

from django.contrib.gis.geos import GEOSGeometry  # noqa: E402 - after django.setup()

from citygrid.access import queries as access  # noqa: E402
from citygrid.access import services as access_services  # noqa: E402
from citygrid.config import state  # noqa: E402
from citygrid.geography import queries as geography  # noqa: E402
from citygrid.geography.choices import Level  # noqa: E402
from citygrid.kernel import clock  # noqa: E402
from citygrid.kernel.actor import system_actor  # noqa: E402

ADDRESS = f"http://127.0.0.1:{state.port()}/api/v1"
LOGIN, CLIENTS, RATE = "supervisor1", 8, 20.0


class Reporter:
    """Sends reports from inside the district with one token, and remembers every answer."""

    def __init__(self, key: str, outline: GEOSGeometry) -> None:
        self.key, self.outline = key, outline
        self.receipts: dict[str, set[str]] = {}
        self.seconds: list[float] = []
        self.refused = 0

    def report(self, number: int) -> None:
        """One report; every tenth is sent again with the same key, as after a lost answer."""
        west, south, east, north = self.outline.extent
        rng = random.Random(number)
        body = {"description": f"soak {number}", "lon": rng.uniform(west, east), "lat": rng.uniform(south, north)}
        key = str(uuid4())
        for _ in range(2 if number % 10 == 0 else 1):
            self._send(key, body)

    def _send(self, key: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{ADDRESS}/reports", json.dumps(body).encode(), headers)
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.receipts.setdefault(key, set()).add(json.load(answer)["receipt"])
        except urllib.error.HTTPError as refusal:
            self.refused += refusal.code == 400  # a point of the box outside the district
            if refusal.code != 400:
                raise
        self.seconds.append(time.perf_counter() - began)


def is_known(receipt: str, key: str) -> bool:
    """Whether the platform still knows the report behind a receipt; with the token, as calls without are bounded."""
    request = urllib.request.Request(f"{ADDRESS}/reports/{receipt}", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bool(json.load(answer)["state"])


def token() -> str:
    """A token of the demo's first supervisor, for a day."""
    now = clock.now()
    holding = access.holdings_of(access.account_by_login(LOGIN).pk)[0]
    return access_services.issue_token(
        holding_id=holding.pk,
        name="soak",
        scopes=["intake.report:receive"],
        expires_at=now + timedelta(days=1),
        actor=system_actor("soak"),
        now=now,
    )[1]


def run(minutes: float) -> dict[str, Any]:
    """Report for so many minutes, then ask for every receipt."""
    district = geography.areas_below("", Level.DISTRICT)[0]
    reporter = Reporter(token(), GEOSGeometry(json.dumps(geography.outline(district.code))))
    began, number = time.perf_counter(), 0
    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = []
        while time.perf_counter() - began < minutes * 60:
            futures.append(pool.submit(reporter.report, number))
            number += 1
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        for future in futures:
            future.result()
        receipts = [receipt for found in reporter.receipts.values() for receipt in found]
        lost = sum(not known for known in pool.map(partial(is_known, key=reporter.key), receipts))
    ordered = sorted(reporter.seconds)
    return {
        "name": "soak",
        "value": round(len(ordered) / (time.perf_counter() - began), 1),
        "unit": "answers a second",
        "size": len(reporter.receipts),
        "lost": lost,
        "doubled": sum(len(found) > 1 for found in reporter.receipts.values()),
        "refused_outside": reporter.refused,
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    print(json.dumps(run(parser.parse_args().minutes)))
