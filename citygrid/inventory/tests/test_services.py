from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import Workbook

from citygrid.access.tests.factories import make_organisation
from citygrid.geography.choices import Frame
from citygrid.geography.queries import from_wgs84
from citygrid.geography.tests.factories import DISTRICT, SIDE
from citygrid.geography.tests.factories import clerk as geography_clerk
from citygrid.inventory import queries, services
from citygrid.inventory.choices import Change, Fault, State
from citygrid.inventory.errors import ComponentInvalid, NumbersUsedUp, UnreadableFile
from citygrid.inventory.models import Component, ComponentChange
from citygrid.inventory.tests.factories import CLERK, LAT, LON, NOW, STREET_WIDE, add, clerk, load, make_place, row
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
EAST = LON + 3 * SIDE  # in the other street


@pytest.fixture(autouse=True)
def _place():
    make_place()


def stored(**key):
    return Component.objects.unscoped(reason="tests").get(**key)


def count():
    return Component.objects.unscoped(reason="tests").count()


def faults(report):
    return [(finding.row, finding.column, finding.fault) for finding in report.findings]


def set_state(component, state, reason="seen", **values):
    return services.change_state(component_id=component.pk, state=state, reason=reason, actor=CLERK, now=NOW, **values)


def test_numbers_of_a_district_and_category_have_no_gaps():
    ids = [add(longitude=LON + n / 1e4).pk for n in range(2)]
    with transaction.atomic():
        lamp = add(category="01002").pk
        transaction.set_rollback(True)
    assert ids == [f"{DISTRICT}01001000001", f"{DISTRICT}01001000002"]
    assert add(category="01002").pk == lamp == f"{DISTRICT}01002000001"


def test_a_component_knows_its_grid_its_name_and_its_units():
    unit = make_organisation("water", name_zh="水务局", credit_code="91350100M000100Y43")
    component = stored(pk=add(maintainer_code="water", authority_code=unit.credit_code, authority_name="").pk)
    assert component.area_code.startswith("900001001001")
    assert len(component.area_code) == 15
    assert (component.name_zh, component.name_en) == ("井盖", "Cover")
    assert (component.authority, component.authority_name) == (unit, "水务局")
    assert (component.maintainer, component.maintainer_name, component.owner) == (unit, "水务局", None)


def test_a_component_begins_with_an_entry_of_its_history():
    component = add()
    [entry] = queries.history(component.pk, CLERK)
    assert (entry.kind, entry.changes["state"], entry.label) == (Change.ADDED, [None, "intact"], CLERK.label)
    assert AuditEntry.objects.get(action="add").subject == f"inventory.component/{component.pk}"


def test_a_state_is_noted_with_its_reason_and_source():
    component = add()
    set_state(component, State.DAMAGED, source="cases.case/1")
    entry = queries.history(component.pk, CLERK)[-1]
    assert (entry.kind, entry.changes) == (Change.STATE, {"state": ["intact", "damaged"]})
    assert (entry.reason, entry.source, entry.at) == ("seen", "cases.case/1", NOW)
    assert (stored().state, stored().change_date) == ("damaged", date(2026, 3, 2))


def test_the_same_state_again_writes_nothing():
    component = add()
    set_state(component, State.INTACT)
    assert (len(queries.history(component.pk, CLERK)), stored().change_date) == (1, None)


def test_history_cannot_be_edited():
    add()
    with pytest.raises(IntegrityError, match="appended, never edited"), transaction.atomic():
        ComponentChange.objects.update(reason="x")


def test_attributes_are_changed_with_a_reason():
    component = add()
    values = {"remark": "近路口", "longitude": EAST, "latitude": LAT}
    services.change(component_id=component.pk, values=values, reason="moved", actor=CLERK, now=NOW)
    assert set(queries.history(component.pk, CLERK)[-1].changes) == {"remark", "location", "area_code"}
    assert stored().area_code.startswith("900001002002")


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"longitude": 0, "latitude": 0}, "longitude"),
        ({"initial_date": ""}, "initial_date"),
        ({"authority_name": " "}, "authority_name"),
        ({"change_date": "20190101"}, "change_date"),
        ({"category": "01002"}, "category"),
        ({"street_code": "900001002"}, "street_code"),
    ],
)
def test_a_change_that_cannot_be_is_refused(values, column):
    component = add()
    with pytest.raises(ComponentInvalid) as refusal:
        services.change(component_id=component.pk, values=values, reason="r", actor=CLERK, now=NOW)
    assert list(refusal.value.fields) == [column]


def test_a_change_without_a_reason_is_refused():
    with override("en"), pytest.raises(ComponentInvalid, match="reason"):
        set_state(add(), State.LOST, reason=" ")


def test_a_post_changes_only_what_it_sees():
    component, post = add(longitude=EAST), clerk(STREET_WIDE)
    with pytest.raises(NotFound):
        services.change_state(component_id=component.pk, state=State.LOST, reason="r", actor=post, now=NOW)
    assert stored().state == "intact"


def test_a_post_cannot_move_a_component_out_of_its_reach():
    component = add()
    with override("en"), pytest.raises(ComponentInvalid, match="does not manage"):
        services.change(
            component_id=component.pk,
            values={"longitude": EAST, "latitude": LAT},
            reason="r",
            actor=clerk(STREET_WIDE),
            now=NOW,
        )


def test_registering_needs_the_permission():
    with pytest.raises(NotPermitted):
        add(actor=geography_clerk())
    with pytest.raises(NotPermitted):
        load(row(), actor=geography_clerk())


def test_a_component_is_registered_once_at_a_spot():
    add()
    with pytest.raises(ComponentInvalid) as refusal:
        add()
    assert list(refusal.value.fields) == ["longitude"]


def test_numbers_end_at_a_million():
    add(component_id=f"{DISTRICT}01001999999")
    with pytest.raises(NumbersUsedUp):
        add(longitude=LON + 0.0001)


def test_a_good_file_is_written_and_the_same_file_again_changes_nothing():
    rows = [
        row(component_id=f"{DISTRICT}01001000007", remark="a"),
        row(alias_code="9000010101000001", longitude=LON + 0.0001),
        row(longitude=LON + 0.0002),
        row(category="01002"),
    ]
    first = load(*rows)
    assert (first.added, first.changed, first.same, first.wrong, first.is_written) == (4, 0, 0, 0, True)
    again = load(*rows)
    assert (again.added, again.changed, again.same, count()) == (0, 0, 4, 4)
    assert stored(alias_code="9000010101000001").pk == f"{DISTRICT}01001000008"  # after the number given elsewhere


def test_a_file_changes_what_it_says_and_leaves_what_it_does_not_name():
    component = add(remark="old", maintainer_name="养护公司")
    changed = load({"component_id": component.pk, "remark": "", "component_state": "废弃"}, reason="survey")
    assert (changed.changed, stored().remark, stored().state) == (1, "", "abandoned")
    assert (stored().maintainer_name, stored().location.coords) == ("养护公司", (LON, LAT))
    assert queries.history(component.pk, CLERK)[-1].reason == "survey"


def test_a_16_digit_identifier_is_kept_as_an_alias():
    load(row(component_id="9000010101000001"))
    assert queries.component("9000010101000001", CLERK).pk == f"{DISTRICT}01001000001"


def test_one_wrong_row_keeps_the_whole_file_out_unless_the_good_are_asked_for():
    rows = [row(), row(longitude="x")]
    assert (load(*rows).is_written, count()) == (False, 0)
    report = load(*rows, only_good=True)
    assert (report.is_written, report.added, report.wrong, count()) == (True, 1, 1, 1)


def test_a_dry_run_writes_nothing():
    report = load(row(), dry_run=True)
    assert (report.added, report.is_written, count()) == (1, False, 0)
    assert not AuditEntry.objects.filter(subject="inventory.component").exists()


@pytest.mark.parametrize(
    ("values", "column", "fault"),
    [
        ({"category": "09999"}, "category", Fault.UNKNOWN_CATEGORY),
        ({"category": None}, "category", Fault.MISSING),
        ({"category": "", "component_id": f"{DISTRICT}09999000001"}, "component_id", Fault.UNKNOWN_CATEGORY),
        ({"component_id": f"{DISTRICT}01002000001"}, "category", Fault.OTHER_CATEGORY),
        ({"component_id": "11010101001000001"}, "component_id", Fault.OTHER_DISTRICT),
        ({"longitude": 110.0}, "longitude", Fault.OUTSIDE),
        ({"longitude": LAT, "latitude": LON}, "latitude", Fault.SWAPPED),
        ({"latitude": ""}, "latitude", Fault.MISSING),
        ({"unit_grid_id": "900001002001001"}, "unit_grid_id", Fault.ELSEWHERE),
        ({"community_code": "900001002001"}, "community_code", Fault.ELSEWHERE),
        ({"authority_name": ""}, "authority_name", Fault.MISSING),
        ({"initial_date": "20270101"}, "initial_date", Fault.IN_THE_FUTURE),
        ({"alias_code": "9000010101000009"}, "alias_code", Fault.TAKEN),
    ],
)
def test_a_wrong_row_is_named_with_its_cell(values, column, fault):
    add(longitude=EAST, alias_code="9000010101000009", component_id=f"{DISTRICT}01001000500")
    with_id = {"component_id": f"{DISTRICT}01001000600"} if fault is Fault.TAKEN else {}
    assert faults(load(row(longitude=LON + 0.0001), row(**{**with_id, **values}))) == [(2, column, fault)]


def test_the_later_of_two_rows_for_one_component_is_wrong():
    identifier = f"{DISTRICT}01001000001"
    report = load(row(component_id=identifier), row(component_id=identifier, longitude=EAST), row(), row())
    assert faults(report) == [(2, "component_id", Fault.TWICE), (4, "longitude", Fault.TWICE)]


def test_rows_beyond_the_reach_of_a_post_are_wrong():
    report = load(row(), row(longitude=EAST), actor=clerk(STREET_WIDE))
    assert faults(report) == [(2, "longitude", Fault.OUT_OF_REACH)]


def test_coordinates_of_other_frames_are_converted():
    lon, lat = from_wgs84(LON, LAT, Frame.GCJ02)
    load(row(longitude=lon, latitude=lat), frame=Frame.GCJ02)
    assert stored().location.coords == pytest.approx((LON, LAT), abs=1e-7)


def test_the_queries_of_an_import_do_not_grow_with_its_rows():
    with CaptureQueriesContext(
        connection,
    ) as few:
        load(row())
    with CaptureQueriesContext(connection) as many:
        load(*(row(longitude=LON + n / 1e5) for n in range(1, 50)))
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"\xff\xfe"),
        ("a.csv", b"x,y\n1,2\n"),
        ("a.csv", b'remark\n"open'),
        ("a.xlsx", b"PK\x03\x04nothing"),
        ("a.json", b"[1]"),
        ("a.json", b"[" * 100_000),
    ],
)
def test_a_file_that_holds_no_rows_is_refused(name, content):
    with pytest.raises(UnreadableFile):
        services.rows_of_file(name, content)


def test_a_csv_with_chinese_headings_is_read():
    content = "\ufeff分类代码,经度,纬度,主管部门代码,主管部门名称,初始日期\n01001,116.301,39.801,X,水务局,20200101\n"
    assert load(*services.rows_of_file("a.csv", content.encode())).added == 1


def test_a_workbook_is_read(tmp_path):
    book = Workbook()
    book.active.append(list(row()))
    book.active.append(list(row().values()))
    book.save(tmp_path / "a.xlsx")
    assert load(*services.rows_of_file("a.xlsx", (tmp_path / "a.xlsx").read_bytes())).added == 1


def test_later_change_moves_the_change_date():
    component = add()
    services.change_state(
        component_id=component.pk, state=State.REMOVED, reason="r", actor=CLERK, now=NOW + timedelta(days=3)
    )
    assert stored().change_date == date(2026, 3, 5)
