"""A city to measure in: the demo's district and people with as many cases as are asked for.

Each size has a database of its own in the checkout's cluster, kept and used again. 20,000 cases are recorded with
their steps by the platform's own bulk path; more are copies of these under new numbers (what lists, pages and steps
cost depends on rows and indexes; the histories of the copies cannot be proved).
"""

import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import connection
from django.test import Client

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.cases import services as cases
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor, system_actor
from citygrid.simulator import services as simulator

VERSION = 3  # of what is built; a database of another one is built anew
SEED = 7
RECORDED, MANY = 20_000, 1_000_000
DISTRICT, SCHEME = "900102", "gbt47678.5-2026"
ACTOR = system_actor("benchmark")
OPEN_SHARE = 0.02
BATCH = 2_000

TO_FILED = ("accept", "send_to_verify", "report_verification", "file")
TO_HANDLED = (*TO_FILED, "dispatch", "take", "reply")
TO_CLOSED = (*TO_HANDLED, "send_to_check", "pass_check", "close")
# Minutes from the step before. Open lives stop somewhere on the same way.
GAPS = {"take": 20, "reply": 90, "send_to_check": 30, "pass_check": 40}
TEXTS = (
    "井盖破损，车辆经过有响声",
    "便道上堆放生活垃圾",
    "路灯不亮，夜间行人不便",
    "绿地内有暴露垃圾",
    "墙面有乱张贴",
)

# Children of a copied row point to the copy: both take their id from the same two things.
COPY_ID = "(left({0}::text, 24) || left(md5({0}::text || {{copy}}), 12))::uuid"
LATER = "{copy} * interval '7 seconds'"
COPIED = (
    ("cases_case", {"id": COPY_ID.format("id"), "number": "number || '-' || {copy}"}),
    ("cases_step", {"id": "nextval('cases_step_id_seq')", "case_id": COPY_ID.format("case_id")}),
)
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"


def use(size: int) -> None:
    """Connect this process to the city of so many cases, and build it where it is not there."""
    name = f"{settings.CONNECTION['NAME']}_bench_{size}"
    if _comment(name) != _mark(size):
        if size > RECORDED:
            use(RECORDED)
        _create(name, template="" if size <= RECORDED else connection.settings_dict["NAME"])
        _connect(name)
        if size > RECORDED:
            _copy(size)
            cases.recount_tallies()
        else:
            call_command("migrate", verbosity=0)
            _record(size)
        _execute("VACUUM (ANALYZE)")
        _execute(f"COMMENT ON DATABASE {name} IS '{_mark(size)}'")
    _connect(name)
    call_command("migrate", verbosity=0)
    _execute("ANALYZE cases_case")


def use_copy(size: int) -> None:
    """The same in a fresh copy that the next call drops: for what leaves rows behind."""
    use(size)
    source = connection.settings_dict["NAME"]
    _create(f"{source}_copy", template=source)
    _connect(f"{source}_copy")


def database_url() -> str:
    """The address of the database this process is connected to, for the processes it starts."""
    given = connection.settings_dict
    where = {"host": given["HOST"], "port": given["PORT"], **settings.CONNECTION["OPTIONS"]}
    user = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}" if given["PASSWORD"] else quote(given["USER"])
    return f"postgres://{user}@/{given['NAME']}?{urlencode(where)}"


def environment() -> dict[str, str]:
    """The environment of a process of the platform that works in this city."""
    return {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "citygrid.config.settings"}


def actor(login: str) -> Actor:
    """The account acting as the first of its posts."""
    holding = access.holdings_of(access.account_by_login(login).pk)[0]
    found = access.actor_for(holding.account_id, holding.post_id, datetime.now(UTC))
    if found is None:
        raise LookupError(login)
    return found


def token(login: str) -> str:
    """A token of this account with all permissions of its role."""
    holding, now = access.holdings_of(access.account_by_login(login).pk)[0], datetime.now(UTC)
    return access_services.issue_token(
        holding_id=holding.pk,
        name="benchmark",
        scopes=sorted(access.role(holding.role).grants),
        expires_at=now + timedelta(days=1),
        actor=ACTOR,
        now=now,
    )[1]


def session(login: str) -> str:
    """The cookie of a browser in which this account is signed in."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(access.account_by_login(login), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")  # chooses the post
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def histories(count: int, actions: Sequence[str] = (), seed: int = SEED) -> Iterator[cases.History]:
    """Past cases of the last year, `OPEN_SHARE` of them open; with `actions`, all have taken just these, lately."""
    rng, places, known = random.Random(seed), _places(), problems()
    units = [unit.pk for unit in access.units_for_choice(area_code=DISTRICT) if unit.kind not in ("government",)]
    now = datetime.now(UTC)
    for _ in range(count):
        is_open = bool(actions) or rng.random() < OPEN_SHARE
        taken = actions or TO_CLOSED[: rng.randint(1, len(TO_CLOSED) - 1)] if is_open else TO_CLOSED
        began = now - timedelta(minutes=rng.uniform(600, 14 * 1440 if is_open else 365 * 1440))
        area_code, point = rng.choice(places)
        problem = rng.choice(known)
        opening = cases.Opening(
            category_key=problem.category_key,
            district_code=DISTRICT,
            area_code=area_code,
            summary=f"{rng.choice(TEXTS)}（第 {rng.randint(1, 99_999)} 号）",
            source=rng.choice(("field", "hotline", "internet")),
            location=Point(point.x + rng.uniform(-4e-4, 4e-4), point.y + rng.uniform(-4e-4, 4e-4), srid=4326),
            address=f"{rng.choice('东西南北')}街 {rng.randint(1, 300)} 号",
        )
        yield cases.History(opening, list(_steps(taken, began, problem, rng.choice(units))))


def _steps(taken: Sequence[str], at: datetime, problem: Any, unit: UUID) -> Iterator[cases.HistoryStep]:
    limit = [str(problem.limit.value), str(problem.limit.unit)]
    data: dict[str, dict[str, Any]] = {
        "report_verification": {"finding": "confirmed"},
        "file": {"standard_id": str(problem.id), "limit": limit},
        "dispatch": {"unit_id": str(unit)},
        "reply": {"note": "已处置。"},
    }
    for action in taken:
        yield cases.HistoryStep(action, at, f"基准 ({action})", data.get(action, {}))
        at += timedelta(minutes=GAPS.get(action, 6))


def _places() -> list[tuple[str, Any]]:
    return [(grid.code, grid.geom.point_on_surface) for grid in geography.unit_grids(DISTRICT)]


def problems() -> list[Any]:
    return list(catalogue.standards_in_force(SCHEME, datetime.now(UTC).date()))


def _record(size: int) -> None:
    """The demo's district and people, and recorded cases."""
    given: dict[str, Any] = {"seed": SEED, "actor": ACTOR, "now": datetime.now(UTC)}
    call_command("load_defaults", verbosity=0)
    simulator.build_district(**given)
    simulator.build_people(**given)
    simulator.build_duties(**given)
    made = histories(size)
    while batch := list(islice(made, BATCH)):
        cases.record_history(histories=batch, actor=ACTOR, now=given["now"])


def _copy(size: int) -> None:
    """Every case and step as many times again as are missing, each copy some seconds later."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows refer to what the copied ones refer to
        for table, new in COPIED:
            cursor.execute(f"CREATE TEMP TABLE original ON COMMIT PRESERVE ROWS AS TABLE {table}")
            cursor.execute(COLUMNS, [table])
            columns = [row[0] for row in cursor.fetchall()]
            values = {name: f"{name} + {LATER}" for name in columns if name.split("_")[-1] == "at"} | new
            names = ", ".join(f'"{name}"' for name in columns)
            made = ", ".join(values.get(name, f'"{name}"') for name in columns)
            statement = f"INSERT INTO {table} ({names}) SELECT {made} FROM original"
            for copy in range(1, size // RECORDED):
                cursor.execute(statement.replace("{copy}", str(copy)))
            cursor.execute("DROP TABLE original")
    connection.close()


def _mark(size: int) -> str:
    return f"benchmark {VERSION}, {size} cases"


def _comment(name: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        return found[0] if found else None


def _create(name: str, template: str) -> None:
    _connect("postgres")
    _execute(f"DROP DATABASE IF EXISTS {name}")
    _execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")


def _connect(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
