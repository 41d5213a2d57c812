"""Responsibility rules come in from a file, and go out to one."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access.models import Organisation
from citygrid.access.tests.factories import make_organisation
from citygrid.catalogue.tests.factories import category, problem_type
from citygrid.dispatch import services
from citygrid.dispatch.errors import RuleInvalid
from citygrid.dispatch.models import Rule
from citygrid.dispatch.tests.factories import CLERK, VISITOR, rule
from citygrid.geography import services as geography
from citygrid.geography.choices import LayerKind
from citygrid.geography.tests.factories import NOW, make_streets
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.sheets import runs
from citygrid.kernel.tests.sheet_files import faults, round_trip, rows_of, write

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
COVER = "test/component/01001"


@pytest.fixture(autouse=True)
def city() -> Organisation:
    """Two streets, the category of covers, the lake on the layer of water, and the unit env-01."""
    make_streets()
    category()
    problem_type()
    geography.add_layer(code="water", kind=LayerKind.AREA, name_zh="水", name_en="", actor=CLERK, now=NOW)
    lake = {"layer_code": "water", "code": "lake", "name_zh": "湖", "name_en": "", "geom": Point(116.3, 39.8)}
    geography.add_feature(**lake, valid_from_date=date(2020, 1, 1), actor=CLERK, now=NOW)
    return make_organisation("env-01")


def line(**values: str) -> dict[str, str]:
    plain = {"unit": "env-01", "category": COVER, "area": "", "layer": "", "feature": "", "problem_type": ""}
    return plain | {"note": "", "from": "", "until": ""} | values


def undo(run) -> None:
    runs.undo_run(run_id=run.pk, actor=CLERK, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_exported_comes_in_again_as_the_same(city: Organisation, form: str) -> None:
    rule(city)
    rule(city, category_key=COVER, area_code="900001001", problem_type="damaged", note="night", valid_from_date=TODAY)
    rule(city, layer_code="water", feature_code="lake", valid_to_date=date(2026, 12, 31))
    assert round_trip("rules", form, CLERK, NOW) == {"new": 0, "changed": 0, "same": 3, "wrong": 0}


def test_rules_begin_and_end_by_file(city: Organisation) -> None:
    write("rules", CLERK, NOW, line(area="900001001"), line(layer="water", feature="lake", **{"from": "2026-04-01"}))
    here, lake = Rule.objects.order_by("valid_from_date")
    assert (here.valid_from_date, here.category_id, lake.valid_from_date) == (TODAY, COVER, date(2026, 4, 1))
    write("rules", CLERK, NOW, line(area="900001001", until="2026-06-01"))
    here.refresh_from_db()
    assert here.valid_to_date == date(2026, 6, 1)
    assert AuditEntry.objects.get(subject=f"dispatch.rule/{here.pk}").data == {"valid_to_date": "2026-06-01"}


def test_rule_with_another_note_ends_and_begins_anew(city: Organisation) -> None:
    before = rule(city, category_key=COVER, valid_from_date=date(2026, 1, 1))
    write("rules", CLERK, NOW, line(note="by phone"))
    before.refresh_from_db()
    after = Rule.objects.get(valid_to_date__isnull=True)
    assert (before.note, before.valid_to_date, after.note, after.valid_from_date) == ("", TODAY, "by phone", TODAY)


RULE_FAULTS = [
    (line(unit="nowhere"), "unit", "unknown_choice"),
    (line(unit="shut"), "unit", "closed"),
    (line(category="test/component/09"), "category", "unknown_choice"),
    (line(area="900009"), "area", "unknown_reference"),
    (line(area="street"), "area", "wrong_form"),
    (line(layer="lava"), "layer", "unknown_choice"),
    (line(feature="lake"), "layer", "blank"),
    (line(layer="water", feature="sea"), "feature", "unknown_reference"),
    (line(problem_type="melted"), "problem_type", "unknown_choice"),
    (line(note="x" * 301), "note", "too_long"),
    (line(**{"from": "soon"}), "from", "not_a_date"),
    (line(until="2026-03-01"), "until", "ends_too_early"),
    (line(**{"from": "2026-05-01", "until": "2026-04-01"}), "until", "ends_too_early"),
]


@pytest.mark.parametrize(("row", "column", "code"), RULE_FAULTS)
def test_fault_of_a_rule_is_named(row: dict[str, str], column: str, code: str) -> None:
    Organisation.objects.filter(pk=make_organisation("shut").pk).update(is_active=False)
    assert faults("rules", CLERK, NOW, row) == [(2, column, code)]


def test_undoing_ends_new_rules_and_lets_ended_ones_hold_again(city: Organisation) -> None:
    rule(city, category_key=COVER, note="kept", valid_from_date=date(2026, 1, 1))
    before = rows_of("rules", CLERK, NOW)
    run = write("rules", CLERK, NOW, line(note="kept", until=TODAY.isoformat()), line(area="900001001"))
    assert [row["area"] for row in rows_of("rules", CLERK, NOW)] == ["900001001"]
    undo(run)
    assert rows_of("rules", CLERK, NOW) == before
    assert Rule.objects.get(area_code="900001001").valid_to_date == TODAY


def test_rules_are_ended_all_or_none(city: Organisation) -> None:
    first, second = rule(city), rule(city, area_code="900001", valid_from_date=TODAY + timedelta(days=9))
    for ends, refusal in (({first.pk: TODAY, 0: TODAY}, NotFound), ({first.pk: TODAY, second.pk: TODAY}, RuleInvalid)):
        with pytest.raises(refusal):
            services.end_rules(ends=ends, actor=CLERK, now=NOW)
    assert Rule.objects.filter(valid_to_date__isnull=True).count() == 2


def test_sheet_is_closed_to_who_may_not_keep_rules() -> None:
    with pytest.raises(NotPermitted):
        runs.export(sheet="rules", form="csv", actor=VISITOR, now=NOW)


def test_number_of_queries_does_not_grow_with_the_rows() -> None:
    spent = []
    for count, note in ((2, "a"), (8, "b")):
        for number in range(count):
            make_organisation(f"{note}{number}")
        rows = [line(unit=f"{note}{number}") for number in range(count)]
        with CaptureQueriesContext(connection) as caught:
            write("rules", CLERK, NOW, *rows)
            write("rules", CLERK, NOW, *(row | {"until": "2026-06-01"} for row in rows))
        spent.append(len(caught))
    assert spent[0] == spent[1]
