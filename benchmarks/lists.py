"""Lists of 50 cases with filters and scope, over HTTP, at 20,000 and at a million cases.

The same requests of a dispatcher, a department, a street office and a supervisor, 8 clients: the API's list, what
waits, and the desk's pages (with the shell and its counts). The ratio is the time at a million to that at 20,000.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

from benchmarks import city, load

GOAL, LIMIT_MS = 250.0, 100.0
SECONDS = 8.0
LOGINS = ("dispatcher1", "sanitation", "street2", "supervisor3")
STREET, COMMUNITY = f"{city.DISTRICT}002", f"{city.DISTRICT}002003"


def filters() -> list[dict[str, str]]:
    """What is asked for, as it is in an address."""
    month = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    return [
        {},
        {"start": "200"},
        {"area_code": STREET},
        {"area_code": COMMUNITY},
        {"is_open": "true"},
        {"is_open": "true", "lamp": "red"},
        {"state": "handling"},
        {"state": "closed", "area_code": STREET},
        {"category_key": f"{city.SCHEME}/matter/06"},
        {"opened_from": month, "source": "hotline"},
    ]


def api_lists() -> Iterator[load.Request]:
    """Every filter for every post."""
    for login in LOGINS:
        who = f"Bearer {city.token(login)}"
        yield from (load.Request(who, f"/api/v1/cases?{urlencode(wanted)}") for wanted in filters())


def api_waiting() -> Iterator[load.Request]:
    """What waits for every post."""
    yield from (load.Request(f"Bearer {city.token(login)}", "/api/v1/cases/waiting") for login in LOGINS)


def desk_lists() -> Iterator[load.Request]:
    """The pages of the desk."""
    pages = ("/waiting/", "/cases/", f"/cases/?area_code={STREET}", "/cases/?state=handling", "/cases/?sort=due")
    for login, page in product(LOGINS, pages):
        yield load.Request(city.session(login), page)


KINDS = {"api": api_lists, "waiting": api_waiting, "desk": desk_lists}


def run() -> dict[str, Any]:
    """Lists a second and times, by kind and size."""
    found: dict[str, dict[str, float]] = {}
    for size in (city.RECORDED, city.MANY):
        city.use(size)
        with load.serve() as server:
            for kind, requests in KINDS.items():
                asked = list(requests())
                server.load(asked, load.WARM_SECONDS)
                answers = server.load(asked, SECONDS)
                found[f"{kind}_{size}"] = {"per_second": round(answers.rate, 1), **answers.times()}
    many = found[f"api_{city.MANY}"]
    return {
        "name": "lists",
        "value": many["per_second"],
        "unit": "lists of 50/s",
        "size": city.MANY,
        "goal": GOAL,
        "goal_ratio": round(many["per_second"] / GOAL, 2),
        "p95_ms": many["p95_ms"],
        "p95_limit_ms": LIMIT_MS,
        "ratios_to_20000": {
            kind: round(found[f"{kind}_{city.RECORDED}"]["per_second"] / found[f"{kind}_{city.MANY}"]["per_second"], 2)
            for kind in KINDS
        },
        **found,
    }


def profile_requests(kind: str, count: int) -> list[load.Request]:
    """So many requests of a kind."""
    asked = list(KINDS[kind]())
    return [asked[n % len(asked)] for n in range(count)]
