"""News on a hundred pages of different posts, while fifty cases change a second for MINUTES (1; the goal is 10).

Each change is a step on a case of its own, taken by the service; its moment is that of the commit. Afterwards every
page is compared with what its post sees of the changed cases (`visible_to`, asked anew here): what was not told, and
what was told but may not be seen. A change that is told a second later than it was committed is late.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, cycle, islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from benchmarks import city
from benchmarks.pages import listening
from citygrid.access import queries as access
from citygrid.cases import queries, services
from citygrid.cases.permissions import VIEW
from citygrid.config import processes
from citygrid.kernel.actor import system_actor

SECONDS = 60 * float(os.environ.get("MINUTES", "1"))
PAGES, RATE, LIMIT_MS = 100, 50, 1_000.0
WRITERS = 4
SETTLE_SECONDS = 3.0  # in which the last change must have come


class Change(NamedTuple):
    """One step on a case of its own."""

    case_id: UUID
    login: str
    action: str
    given: services.Given


def run() -> dict[str, Any]:
    """How late the pages are told, and whether each was told what it may see, and nothing else."""
    city.use_copy(city.RECORDED)
    changes = _record(int(SECONDS * RATE))
    logins = _logins()
    actors = [city.actor(login) for login in logins]
    committed: dict[UUID, float] = {}
    with _serve() as port, listening([city.session(login) for login in logins], port) as pages:
        began = time.monotonic()
        _take(changes, committed, began)
        lasted = time.monotonic() - began
        time.sleep(SETTLE_SECONDS)
    missed = leaked = 0
    late: list[float] = []
    for actor, page in zip(actors, pages, strict=True):
        may_see = {case.number: case.pk for case in queries.visible(actor).filter(pk__in=committed)}
        missed += len(may_see.keys() - page.told)
        leaked += len(page.told.keys() - may_see)
        late += [(page.told[number] - committed[key]) * 1e3 for number, key in may_see.items() if number in page.told]
    late.sort()
    p99 = late[len(late) * 99 // 100]
    return {
        "name": "live",
        "value": round(p99, 1),
        "unit": "p99 ms from the commit to the page",
        "size": len(pages),
        "seconds": round(lasted, 1),
        "limit": LIMIT_MS,
        "ratio": round(p99 / LIMIT_MS, 3),
        "changes": len(committed),
        "changes_per_second": round(len(committed) / lasted, 1),
        "told": len(late),
        "missed": missed,
        "leaked": leaked,
        "late": sum(each > LIMIT_MS for each in late),
        "refreshed": sum(page.refreshed for page in pages),
        "lost_lines": sum(page.is_lost for page in pages),
        "p50_ms": round(late[len(late) // 2], 1),
        "most_ms": round(late[-1], 1),
    }


def _logins() -> list[str]:
    """Who listens: of each role that sees cases as many different posts as of the others, while there are any."""
    found: dict[str, dict[tuple[Any, ...], Any]] = {}
    for holding in access.all_holdings(system_actor("benchmark"), datetime.now(UTC).date()):
        if VIEW in access.role(holding.role).grants:
            post = holding.post
            reach = (*post.areas, post.organisation_id, *post.categories)
            found.setdefault(holding.role, {}).setdefault(reach, holding)
    chosen: list[Any] = []
    while len(chosen) < PAGES and any(found.values()):
        for posts in found.values():
            if posts:
                chosen.append(posts.pop(next(iter(posts))))
    return [holding.account.login for holding in chosen[:PAGES]]


def _record(count: int) -> list[Change]:
    """Cases that wait for their change: every second one is sent to a unit, the others to be verified."""
    now = datetime.now(UTC)
    units = [unit.pk for unit in access.units_for_choice(area_code=city.DISTRICT) if unit.kind != "government"]
    halves = []
    for taken in (("accept",), city.TO_FILED):
        histories, ids = city.histories(count // 2, taken, seed=count + len(taken)), list[UUID]()
        while batch := list(islice(histories, city.BATCH)):
            ids += [key for key, _ in services.record_history(histories=batch, actor=city.ACTOR, now=now)]
        halves.append(ids)
    verified = [Change(key, "acceptor1", "send_to_verify", services.Given()) for key in halves[0]]
    sent = [
        Change(key, "dispatcher1", "dispatch", services.Given(unit_id=unit))
        for key, unit in zip(halves[1], cycle(units), strict=False)
    ]
    return list(chain.from_iterable(zip(verified, sent, strict=True)))


def _take(changes: Sequence[Change], committed: dict[UUID, float], began: float) -> None:
    """Take the steps at an even rate, however long each of them lasts; note when each was committed."""
    actors = {login: city.actor(login) for login in {change.login for change in changes}}

    def take(change: Change) -> None:
        with transaction.atomic():
            transaction.on_commit(lambda: committed.setdefault(change.case_id, time.monotonic()))  # before the bell
            services.take_step(
                case_id=change.case_id,
                action=change.action,
                actor=actors[change.login],
                now=datetime.now(UTC),
                given=change.given,
            )

    with ThreadPoolExecutor(WRITERS) as pool:
        under_way = []
        for number, change in enumerate(changes):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            under_way.append(pool.submit(take, change))
        for each in under_way:
            each.result()


@contextmanager
def _serve() -> Iterator[int]:
    """The live process of `deploy/run` in this city; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = processes.live("127.0.0.1", port)
    process = subprocess.Popen(command, env=city.environment(), stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)
