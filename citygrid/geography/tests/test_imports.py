import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from citygrid.geography import services
from citygrid.geography.choices import Fault, GridKind, LayerKind, Level
from citygrid.geography.errors import UnknownPlace
from citygrid.geography.models import Area, Feature, Grid, Lane
from citygrid.geography.permissions import DEFINE_AREAS
from citygrid.geography.tests.factories import (
    ACTOR,
    DISTRICT,
    NOW,
    clerk,
    collection,
    feature,
    load,
    make_communities,
    make_district,
    make_grids,
    make_streets,
    square,
)
from citygrid.kernel.errors import Invalid, NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
WEST_STREET = feature("900001001", square(0, width=2))
EAST_STREET = feature("900001002", square(2, width=2))


def found(report):
    return [(finding.feature, finding.fault) for finding in report.findings]


def codes(level):
    return list(Area.objects.filter(level=level).order_by("code").values_list("code", flat=True))


def test_good_file_is_imported_and_audited():
    make_district()
    report = load(Level.STREET, WEST_STREET, EAST_STREET)
    assert (report.added, report.is_written) == (2, True)
    assert codes(Level.STREET) == ["900001001", "900001002"]
    assert AuditEntry.objects.get(action="import").data["codes"] == ["900001001", "900001002"]


def test_one_bad_feature_keeps_the_whole_file_out():
    make_district()
    unclosed = feature("900001002", [square(2, width=2)[0][:-1]])
    report = load(Level.STREET, WEST_STREET, unclosed)
    assert found(report) == [(2, Fault.UNCLOSED)]
    assert not report.is_written
    assert codes(Level.STREET) == []


def test_same_file_again_changes_nothing():
    make_district()
    load(Level.STREET, WEST_STREET, EAST_STREET)
    report = load(Level.STREET, WEST_STREET, EAST_STREET)
    assert (report.added, report.replaced, report.unchanged) == (0, 0, 2)


def test_overlap_with_an_area_that_is_there_is_found():
    make_district()
    load(Level.STREET, WEST_STREET)
    report = load(Level.STREET, feature("900001002", square(1.5, width=2)))
    assert found(report) == [(1, Fault.OVERLAPPING)]


def test_area_outside_its_parent_is_found():
    make_district()
    assert found(load(Level.STREET, feature("900001001", square(3, width=2)))) == [(1, Fault.OUTSIDE_PARENT)]


def test_area_whose_parent_is_missing_is_found():
    make_district()
    assert found(load(Level.COMMUNITY, feature("900001001001", square(0)))) == [(1, Fault.UNKNOWN_PARENT)]


def test_unknown_parent_of_the_file_is_refused():
    with pytest.raises(UnknownPlace):
        load(Level.STREET, WEST_STREET)


def test_changed_outline_needs_replace():
    make_district()
    load(Level.STREET, WEST_STREET)
    narrower = feature("900001001", square(0, width=1.5))
    assert found(load(Level.STREET, narrower)) == [(1, Fault.ALREADY_THERE)]
    assert load(Level.STREET, narrower, replace=True).replaced == 1
    assert Area.objects.get(pk="900001001").geom.extent[2] == pytest.approx(116.306)


def test_new_outline_must_hold_what_lies_in_it():
    make_communities()
    report = load(Level.STREET, feature("900001001", square(0, width=1.5)), replace=True)
    assert [(one.fault, one.code) for one in report.findings] == [(Fault.OUTSIDE_PARENT, "900001001002")]


def test_dry_run_writes_nothing():
    make_district()
    report = services.import_areas(
        source=services.Source(document=collection(WEST_STREET)),
        target=services.AreaTarget(level=Level.STREET, parent=DISTRICT),
        actor=ACTOR,
        now=NOW,
        dry_run=True,
    )
    assert (report.added, report.is_written) == (1, False)
    assert codes(Level.STREET) == []


def test_unit_grids_of_a_city_are_imported_without_names():
    make_communities()
    grid = {"type": "Feature", "properties": {"code": "900001001001001"}, "geometry": WEST_STREET["geometry"]}
    grid["geometry"] = {"type": "Polygon", "coordinates": square(0)}
    assert load(GridKind.UNIT, grid).is_written
    assert Grid.objects.get().community_id == "900001001001"


def test_district_needs_a_time_zone_and_a_calendar():
    district = feature(DISTRICT, square(0, width=4))
    with pytest.raises(Invalid):
        load(Level.DISTRICT, district, parent="", time_zone="Asia/Nowhere", calendar_key="natural")
    with pytest.raises(NotFound):
        load(Level.DISTRICT, district, parent="", time_zone="Asia/Shanghai", calendar_key="nowhere")
    assert load(Level.DISTRICT, district, parent="", time_zone="Asia/Shanghai", calendar_key="natural").is_written


def test_clerk_imports_within_the_own_jurisdiction_only():
    make_district()
    ask = {
        "source": services.Source(document=collection(WEST_STREET)),
        "target": services.AreaTarget(level=Level.STREET, parent=DISTRICT),
        "now": NOW,
    }
    for actor in (clerk(), clerk(DEFINE_AREAS, areas=("900002",))):
        with pytest.raises(NotPermitted):
            services.import_areas(actor=actor, **ask)
    assert services.import_areas(actor=clerk(DEFINE_AREAS), **ask).is_written


def test_query_count_of_an_import_does_not_grow_with_its_features(django_assert_max_num_queries):
    make_streets()
    many = [feature(f"900001001{n:03d}", square(n / 50, width=1 / 50)) for n in range(1, 80)]
    with django_assert_max_num_queries(10):
        assert load(Level.COMMUNITY, *many).added == 79


def test_features_go_into_their_layer_once():
    make_streets()
    services.add_layer(code="green", kind=LayerKind.AREA, name_zh="绿地", name_en="Green", actor=ACTOR, now=NOW)
    ask = {"layer_code": "green", "valid_from_date": date(2026, 1, 1), "actor": ACTOR, "now": NOW}
    source = services.Source(document=collection(feature("G1", square(0), kind="Polygon", trees=12)))
    assert services.import_features(source=source, **ask).added == 1
    assert Feature.objects.get().attributes["trees"] == 12
    assert found(services.import_features(source=source, **ask)) == [(1, Fault.ALREADY_THERE)]
    point = services.Source(document=collection(feature("G2", [116.3, 39.8], kind="Point")))
    assert found(services.import_features(source=point, **ask)) == [(1, Fault.NO_GEOMETRY)]


def test_lanes_are_imported_under_their_area():
    make_district()
    line = feature("L1", [[116.301, 39.801], [116.302, 39.801]], kind="LineString")
    source = services.Source(document=collection(line))
    assert services.import_lanes(source=source, area_code=DISTRICT, actor=ACTOR, now=NOW).is_written
    assert Lane.objects.get().geom.geom_type == "MultiLineString"
    again = services.import_lanes(source=source, area_code=DISTRICT, actor=ACTOR, now=NOW)
    assert found(again) == [(1, Fault.ALREADY_THERE)]


def run(tmp_path, document, *options):
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(document))
    call_command("import_geography", path, "--report", tmp_path / "report.json", *options)


def test_command_writes_a_report_that_says_what_to_do(tmp_path):
    make_grids()
    swapped = feature("900001009", [[[lat, lon] for lon, lat in square(0)[0]]])
    with translation.override("en"), pytest.raises(CommandError, match="1 findings in 1 features; nothing"):
        run(tmp_path, collection(swapped), "--level", "street", "--parent", DISTRICT)
    finding = json.loads((tmp_path / "report.json").read_text())["findings"][0]
    assert (finding["feature"], finding["code"], finding["fault"]) == (1, "900001009", "swapped")
    assert finding["do"].startswith("GeoJSON writes longitude first")


def test_command_imports_areas_features_and_lanes(tmp_path, capsys):
    make_district()
    run(tmp_path, collection(WEST_STREET), "--level", "street", "--parent", DISTRICT, "--valid-from", "2020-01-01")
    services.add_layer(code="green", kind=LayerKind.AREA, name_zh="绿地", name_en="Green", actor=ACTOR, now=NOW)
    run(tmp_path, collection(feature("G1", square(0))), "--layer", "green")
    run(tmp_path, collection(feature("L1", square(0)[0], kind="LineString")), "--lanes-of", DISTRICT, "--dry-run")
    assert capsys.readouterr().out.count("checked only") == 1
    assert Area.objects.get(pk="900001001").valid_from_date == date(2020, 1, 1)
    assert (Feature.objects.count(), Lane.objects.count()) == (1, 0)


def test_command_refuses_what_is_not_json_and_what_is_not_there(tmp_path):
    path = tmp_path / "broken.geojson"
    path.write_text("{")
    with translation.override("en"), pytest.raises(CommandError, match="neither GeoJSON nor GeoPackage"):
        call_command("import_geography", path, "--level", "street")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_geography", tmp_path / "absent.geojson", "--level", "street")
    with pytest.raises(CommandError, match="900009"):
        run(tmp_path, collection(WEST_STREET), "--level", "street", "--parent", "900009")
