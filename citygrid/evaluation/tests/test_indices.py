"""The index of communities: its tree and values come in by spreadsheet, what is published stays as it was."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.test_scenarios import HAPPY
from citygrid.evaluation import errors, queries, services
from citygrid.evaluation.services import digest
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.sheet_files import faults, round_trip, write

pytestmark = pytest.mark.django_db

MONTH = NOW.date().replace(day=1)
LATER = NOW + timedelta(days=40)
CLERK = system_actor("clerk")
TREE = [
    {"key": "civility", "parent": "", "weight": "1", "mean": "geometric", "needed": "0.3"},
    {"key": "order", "parent": "civility", "weight": "2"},
    {"key": "density", "parent": "order", "is_good": "no", "indicator": "filed_count", "per_km2": "yes"},
    {"key": "on_time", "parent": "order", "weight": "3", "indicator": "dispose_on_time_rate"},
    {"key": "satisfied", "parent": "civility", "scale": "goalposts", "low": "0", "high": "100"},
]


def lines(tree: list[dict[str, str]] = TREE) -> list[dict[str, str]]:
    plain = {"weight": "", "mean": "", "needed": "", "scale": "", "is_good": "", "is_log": "", "low": "", "high": ""}
    plain |= {"indicator": "", "per_km2": "", "source": ""}
    return [
        plain | {"position": str(at), "name_zh": f"指标{at}", "name_en": f"Indicator {at}"} | one
        for at, one in enumerate(tree)
    ]


@pytest.fixture
def city(db: None) -> City:
    call_command("load_evaluation", verbosity=0)
    city = make_city()
    write("index-tree", CLERK, NOW, *lines())
    return city


def communities() -> list[str]:
    return [row.area_code for row in queries.reckoned_index("civility", MONTH, LATER).rows]


def give(values: dict[str, str], month: date = MONTH) -> None:
    rows = [
        {"key": "satisfied", "area": area, "month": f"{month:%Y-%m}", "value": value, "source": "survey"}
        for area, value in values.items()
    ]
    write("index-values", CLERK, NOW, *rows)


def test_tree_and_values_come_in_and_go_out_as_they_are(city: City) -> None:
    give({communities()[0]: "87.5"})
    assert round_trip("index-tree", "xlsx", CLERK, NOW) == {"new": 0, "changed": 0, "same": 5, "wrong": 0}
    assert round_trip("index-values", "csv", CLERK, NOW) == {"new": 0, "changed": 0, "same": 1, "wrong": 0}


def test_each_line_that_makes_no_tree_is_named(city: City) -> None:
    wrong = [
        {"key": "a", "parent": "nowhere"},
        {"key": "b", "parent": "b"},
        {"key": "c", "parent": "order", "scale": "goalposts", "low": "3", "high": "3"},
        {"key": "d", "parent": "order", "weight": "0"},
    ]
    found = faults("index-tree", CLERK, NOW, *lines(wrong))
    assert [(column, code) for _row, column, code in found] == [
        ("parent", "unknown_parent"),
        ("parent", "circle"),
        ("low", "posts"),
        ("weight", "weight"),
    ]


def test_index_takes_what_is_counted_and_what_is_imported_and_shows_what_is_missing(city: City) -> None:
    city.play(city.open(), *HAPPY)
    services.count_changed()
    first, *others = communities()
    give({first: "80"})
    found = queries.index(CLERK, "civility", MONTH, LATER)
    with_case = next(row for row in found.rows if "on_time" in row.values or row.area_code in found.given["on_time"])
    assert found.given["on_time"] == {with_case.area_code: 1.0}
    assert set(found.given["density"]) == {first, *others}
    assert found.given["density"][with_case.area_code] > 0
    by_area = {row.area_code: row for row in found.rows}
    assert by_area[first].values["satisfied"] == 80
    assert all(
        "satisfied" not in by_area[area].values and by_area[area].known < by_area[first].known for area in others
    )


def test_what_is_published_stays_whatever_comes_after(city: City) -> None:
    for area, value in zip(communities(), ("80", "60"), strict=False):
        give({area: value})
    before = queries.index(CLERK, "civility", MONTH, LATER)
    edition = services.publish_index(root="civility", month=MONTH, actor=CLERK, now=LATER)
    assert edition.digest == digest(edition.tree, edition.given, edition.found)
    give(dict.fromkeys(communities(), "1"))
    write("index-tree", CLERK, NOW, *lines([{**TREE[1], "weight": "1"}]))
    after = queries.index(CLERK, "civility", MONTH, LATER)
    assert after.edition and list(after.rows) == list(before.rows) and after.tree == before.tree
    assert AuditEntry.objects.filter(subject="evaluation.index", action="publish").count() == 1
    with pytest.raises(errors.ReasonMissing):
        services.publish_index(root="civility", month=MONTH, actor=CLERK, now=LATER)
    services.publish_index(root="civility", month=MONTH, reason="values were corrected", actor=CLERK, now=LATER)
    assert list(queries.index(CLERK, "civility", MONTH, LATER).rows) != list(before.rows)


def test_published_months_cannot_be_changed_in_the_database(city: City) -> None:
    give({communities()[0]: "80"})
    edition = services.publish_index(root="civility", month=MONTH, actor=CLERK, now=LATER)
    with pytest.raises(IntegrityError, match="appended"), connection.cursor() as cursor:
        cursor.execute("UPDATE evaluation_indexedition SET digest = '' WHERE id = %s", [edition.pk])


def test_index_without_a_value_is_not_published(city: City) -> None:
    with pytest.raises(errors.NoIndex):
        services.publish_index(root="nothing", month=MONTH, actor=CLERK, now=LATER)
