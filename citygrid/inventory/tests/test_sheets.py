"""Components come in from spreadsheets and go out to them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access.tests.factories import make_actor
from citygrid.geography.tests.factories import DISTRICT, SIDE
from citygrid.inventory import services
from citygrid.inventory.choices import Change, State
from citygrid.inventory.models import Component, ComponentChange
from citygrid.inventory.sheets import ComponentSheet
from citygrid.inventory.tests.factories import CLERK, CREDIT_CODE, LAT, LON, NOW, SCHEME, add, make_place
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.errors import PlanChanged
from citygrid.kernel.tests.sheet_files import check, faults, round_trip, rows_of, write

pytestmark = pytest.mark.django_db
FIRST = f"{DISTRICT}01001000001"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ComponentSheet, "scheme", SCHEME)
    make_place()


@pytest.fixture
def keeper() -> Actor:
    return make_actor("system_administrator", areas=[DISTRICT])


def cover(**values: str) -> dict[str, str]:
    """A row of the columns that a new cover needs."""
    plain = {"component_id": "", "category": "01001", "longitude": f"{LON:.7f}", "latitude": f"{LAT:.7f}"}
    named = {"authority_code": CREDIT_CODE, "authority_name": "水务局", "initial_date": "20200102"}
    return {**plain, **named, "alias_code": "", "unit_grid_id": "", "change_date": "", "remark": "", **values}


def stored(key: str = FIRST) -> Component:
    return Component.objects.unscoped(reason="tests").get(pk=key)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_exported_comes_in_again_as_the_same(keeper: Actor, form: str) -> None:
    add(remark="=1+1", alias_code="9000010101000001", component_name_en="Lid")
    add(category="01002", longitude=LON + 1e-4, component_state="damaged", data_source="surveyed")
    assert round_trip("components", form, keeper, NOW) == {"new": 0, "changed": 0, "same": 2, "wrong": 0}


def test_new_components_get_the_next_numbers_that_the_check_already_names(keeper: Actor) -> None:
    add()
    rows = [cover(longitude=f"{LON + place / 1e4:.7f}") for place in (1, 2)]
    run = check("components", keeper, NOW, *rows)
    assert [change[0] for change in run.changes] == [[f"{DISTRICT}01001000002"], [f"{DISTRICT}01001000003"]]
    assert Component.objects.unscoped(reason="tests").count() == 1
    runs.commit_run(run_id=run.pk, actor=keeper, now=NOW)
    assert stored(f"{DISTRICT}01001000003").area_code.startswith("900001001001")
    assert add(longitude=LON + 1e-3).pk == f"{DISTRICT}01001000004"


def test_number_that_somebody_else_took_meanwhile_is_not_given_twice(keeper: Actor) -> None:
    run = check("components", keeper, NOW, cover())
    add(longitude=LON + 1e-4)
    with pytest.raises(PlanChanged):
        runs.commit_run(run_id=run.pk, actor=keeper, now=NOW)


def test_row_that_is_there_by_the_time_it_is_written_is_a_conflict() -> None:
    add()
    row = {**cover(), "component_id": FIRST}
    with pytest.raises(Conflict):
        services.put_rows(rows=[row], are_new=[True], reason="", actor=CLERK, now=NOW, scheme=SCHEME)


@pytest.mark.parametrize("known_by", ["identifier", "former identifier", "place"])
def test_component_is_recognised_and_keeps_what_the_file_does_not_name(keeper: Actor, known_by: str) -> None:
    add(alias_code="9000010101000001", component_name_en="Lid")
    names = {
        "identifier": {"component_id": FIRST},
        "former identifier": {"component_id": "9000010101000001"},
        "place": {"component_id": "", "category": "01001", "longitude": f"{LON:.7f}", "latitude": f"{LAT:.7f}"},
    }
    write("components", keeper, NOW, {**names[known_by], "remark": "改过"})
    found = stored()
    assert (found.remark, found.name_en, found.alias_code) == ("改过", "Lid", "9000010101000001")


def test_undoing_removes_new_components_and_gives_changed_ones_back(keeper: Actor) -> None:
    add(remark="before")
    before = rows_of("components", keeper, NOW)
    run = write("components", keeper, NOW, cover(longitude=f"{LON + 1e-4:.7f}"), cover(remark="after"))
    assert stored().remark == "after"
    runs.undo_run(run_id=run.pk, actor=keeper, now=NOW + timedelta(hours=1))
    after = rows_of("components", keeper, NOW)
    assert after[0] == before[0]
    assert stored(f"{DISTRICT}01001000002").state == State.REMOVED
    kinds = ComponentChange.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [Change.ADDED, Change.ADDED, Change.CHANGED, Change.CHANGED, Change.STATE]


FAULTS = [
    ({"component_id": "9.00001010010000E+16"}, "component_id", "not_a_code"),
    ({"component_id": "90000201001000001"}, "component_id", "other_district"),
    ({"component_id": f"{DISTRICT}01009000001", "category": ""}, "component_id", "unknown_category"),
    ({"component_id": f"{DISTRICT}01002000001"}, "category", "other_category"),
    ({"category": "99999"}, "category", "unknown_category"),
    ({"category": ""}, "category", "missing"),
    ({"longitude": f"{LAT:.7f}", "latitude": f"{LON:.7f}"}, "latitude", "swapped"),
    ({"longitude": "0"}, "longitude", "outside"),
    ({"longitude": f"{LON + 3 * SIDE:.7f}"}, "longitude", "out_of_reach"),
    ({"unit_grid_id": "900001001001999"}, "unit_grid_id", "elsewhere"),
    ({"initial_date": "2999-01-01"}, "initial_date", "in_the_future"),
    ({"change_date": "2019-12-31"}, "change_date", "before_initial"),
    ({"authority_code": ""}, "authority_code", "missing"),
    ({"alias_code": "123"}, "alias_code", "not_a_code"),
]


@pytest.mark.parametrize(("values", "column", "code"), FAULTS)
def test_fault_of_a_component_is_named(values: dict[str, str], column: str, code: str) -> None:
    narrow = make_actor("system_administrator", areas=["900001001"])
    assert faults("components", narrow, NOW, cover(**values)) == [(2, column, code)]


def test_same_place_without_an_identifier_twice_is_a_fault_of_the_second(keeper: Actor) -> None:
    assert faults("components", keeper, NOW, cover(), cover()) == [(3, "longitude", "twice")]


def test_headings_of_the_standard_are_understood(keeper: Actor) -> None:
    row = {"GLBJBSM": "", "主管部门代码": CREDIT_CODE, "ZGBMMC": "水务局", "初始日期": "2020-01-02"}
    row |= {"分类代码": "01001", "经度": f"{LON:.7f}", "纬度": f"{LAT:.7f}"}
    assert check("components", keeper, NOW, row).counts["new"] == 1


def test_queries_do_not_grow_with_the_rows(keeper: Actor) -> None:
    add()
    spent = []
    for first, count in ((100, 2), (200, 40)):
        rows = [cover(longitude=f"{LON + (first + place) / 1e6:.7f}") for place in range(count)]
        with CaptureQueriesContext(connection) as caught:
            write("components", keeper, NOW, *rows)
        spent.append(len(caught))
    assert spent[0] == spent[1]
