from datetime import date
from uuid import uuid4

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from citygrid.geography import services
from citygrid.geography.choices import AreaLayer, GridKind, LayerKind, Level
from citygrid.geography.errors import AlreadyThere, OverlappingValidity, UnknownPlace, UnusableGeometry
from citygrid.geography.models import Area, Grid, GridPart
from citygrid.geography.permissions import DEFINE_LAYERS
from citygrid.geography.tests.factories import (
    ACTOR,
    DISTRICT,
    NOW,
    clerk,
    make_communities,
    make_district,
    make_grids,
    polygon,
)
from citygrid.kernel.errors import Invalid, NotPermitted
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)], srid=4326)
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def group(code, *units, kind=GridKind.DUTY, actor=ACTOR):
    return services.group_unit_grids(code=code, kind=kind, unit_grid_codes=units, actor=actor, now=NOW)


def add_layer(code="heritage", kind=LayerKind.THEMATIC, actor=ACTOR):
    return services.add_layer(code=code, kind=kind, name_zh="图层", name_en="Layer", actor=actor, now=NOW)


def add_feature(begins, ends=None, code="F1", layer_code="heritage", geom=None):
    return services.add_feature(
        layer_code=layer_code,
        code=code,
        name_zh="要素",
        name_en="Feature",
        geom=geom or polygon(0),
        valid_from_date=begins,
        valid_to_date=ends,
        actor=ACTOR,
        now=NOW,
    )


def test_district_is_defined_once():
    assert make_district().geom.geom_type == "MultiPolygon"
    with pytest.raises(AlreadyThere):
        make_district()


@pytest.mark.parametrize("geom", [BOW_TIE, MultiPolygon(srid=4326), Polygon(BOW_TIE[0].coords, srid=3857)])
def test_district_of_unusable_outline_is_refused(geom):
    with pytest.raises(UnusableGeometry):
        services.define_district(
            code=DISTRICT,
            name_zh="区",
            name_en="",
            geom=geom,
            time_zone="Asia/Shanghai",
            calendar_key="natural",
            actor=ACTOR,
            now=NOW,
        )


@pytest.mark.parametrize("code", ["90001", "90000A", "900001001"])
def test_district_code_of_another_length_is_refused(code):
    with pytest.raises(Invalid):
        make_district(code)


def test_database_itself_refuses_an_area_without_its_parent():
    make_district()
    outline = MultiPolygon(polygon(0), srid=4326)
    for parent_id in (None, "900002"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Area.objects.create(
                code="900002001", level=Level.STREET, parent_id=parent_id, geom=outline, valid_from_date=SPRING
            )
            transaction.get_connection().check_constraints()


def test_database_itself_refuses_a_unit_grid_of_another_community():
    make_communities()
    outline = MultiPolygon(polygon(0), srid=4326)
    for community_id in (None, "900001001002"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grid.objects.create(code="900001001001001", kind=GridKind.UNIT, community_id=community_id, geom=outline)


def test_unit_grids_are_cut_for_every_community_once():
    make_communities()
    count = services.cut_unit_grids(below=DISTRICT, actor=ACTOR, now=NOW)
    assert count == Grid.objects.count() == 4 * 12  # 342 m x 444 m each
    assert AuditEntry.objects.get(action="cut_grids").data == {"grids": 48}
    with pytest.raises(AlreadyThere):
        services.cut_unit_grids(below="900001001001", actor=ACTOR, now=NOW)


def test_cutting_below_an_unknown_code_is_refused():
    with pytest.raises(UnknownPlace):
        services.cut_unit_grids(below="900009", actor=ACTOR, now=NOW)


def test_duty_grid_has_the_outline_of_its_parts():
    make_grids()
    grid = group("D1", "900001001001001", "900001001001002")
    parts = Grid.objects.filter(pk__in=["900001001001001", "900001001001002"])
    assert grid.geom.area == pytest.approx(sum(part.geom.area for part in parts))
    assert grid.community_id == "900001001001"


def test_unit_grid_belongs_to_one_duty_grid_only():
    make_grids()
    group("D1", "900001001001001")
    with pytest.raises(AlreadyThere, match="900001001001001"):
        group("D2", "900001001001001", "900001001001002")
    assert not Grid.objects.filter(pk="D2").exists()
    group("S1", "900001001001001", kind=GridKind.SOCIAL)


def test_grid_grouped_again_has_the_new_parts_instead():
    make_grids()
    group("D1", "900001001001001")
    group("D1", "900001001001002", "900001001002001")
    assert GridPart.objects.count() == 2
    assert Grid.objects.get(pk="D1").community_id is None


def test_group_without_parts_of_unit_kind_or_of_unknown_grids_is_refused():
    make_grids()
    group("D1", "900001001001001")
    for ask in (
        lambda: group("D2"),
        lambda: group("D2", "900001001001002", kind=GridKind.UNIT),
        lambda: group("D1", "900001001001002", kind=GridKind.SOCIAL),
    ):
        with pytest.raises(Invalid):
            ask()
    with pytest.raises(UnknownPlace):
        group("D2", "900001001001999")


def test_many_grids_are_grouped_by_as_many_queries_as_one():
    make_grids()
    grids = list(Grid.objects.order_by("code").values_list("code", flat=True))
    many = [services.GroupIn(f"D{n}", GridKind.DUTY, [code]) for n, code in enumerate(grids)]
    counts = []
    for groups in (many[:1], many):
        with CaptureQueriesContext(connection) as asked:
            assert services.put_groups(groups=groups, actor=ACTOR, now=NOW) == len(groups)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert {part.unit_grid_id for part in GridPart.objects.all()} == set(grids)
    assert AuditEntry.objects.filter(action="group", subject="geography.grid/D0").count() == 2


def test_of_many_groups_all_are_made_or_none():
    make_grids()
    one, two = "900001001001001", "900001001001002"
    for codes, parts in ((("D1", "D2"), ([one], [two, one])), (("D1", "D1"), ([one], [two]))):
        groups = [services.GroupIn(code, GridKind.DUTY, part) for code, part in zip(codes, parts, strict=True)]
        with pytest.raises(AlreadyThere):
            services.put_groups(groups=groups, actor=ACTOR, now=NOW)
    assert not Grid.objects.exclude(kind=GridKind.UNIT).exists()


def test_planner_knows_the_unit_grids_as_soon_as_they_are_cut():
    make_grids()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'geography_grid'")
        assert cursor.fetchone()[0] == Grid.objects.count()


def test_clerk_groups_grids_of_the_own_jurisdiction_only():
    make_grids()
    with pytest.raises(NotPermitted):
        group("D1", "900001001001001", actor=clerk("geography.area:define", areas=("900001002",)))


def test_area_layers_are_the_six_and_thematic_ones_any_other():
    for layer in AreaLayer:
        add_layer(layer, LayerKind.AREA)
    add_layer("heritage")
    for code, kind in (("scenic", LayerKind.AREA), ("green", LayerKind.THEMATIC)):
        with pytest.raises(Invalid):
            add_layer(code, kind)
    with pytest.raises(AlreadyThere):
        add_layer("heritage")


def test_clerk_needs_the_permission_for_layers():
    with pytest.raises(NotPermitted):
        add_layer(actor=clerk())
    assert add_layer(actor=clerk(DEFINE_LAYERS)).name == "图层"


def test_versions_of_a_feature_follow_each_other():
    add_layer()
    add_feature(SPRING, SUMMER)
    add_feature(SUMMER)
    add_feature(SPRING, code="F2")


def test_overlapping_versions_of_a_feature_are_refused():
    add_layer()
    add_feature(SPRING, AUTUMN)
    for begins, ends in ((SUMMER, None), (date(2026, 1, 1), SUMMER), (SPRING, AUTUMN)):
        with pytest.raises(OverlappingValidity):
            add_feature(begins, ends)


def test_ended_version_makes_room_for_the_next():
    add_layer()
    first = add_feature(SPRING)
    services.end_feature(feature_id=first.pk, valid_to_date=SUMMER, actor=ACTOR, now=NOW)
    add_feature(SUMMER)
    with pytest.raises(OverlappingValidity):
        services.end_feature(feature_id=first.pk, valid_to_date=AUTUMN, actor=ACTOR, now=NOW)


def test_feature_that_ends_before_it_begins_is_refused():
    add_layer()
    with pytest.raises(Invalid):
        add_feature(SUMMER, SPRING)
    feature = add_feature(SUMMER)
    with pytest.raises(Invalid):
        services.end_feature(feature_id=feature.pk, valid_to_date=SUMMER, actor=ACTOR, now=NOW)


def test_feature_may_be_a_point_or_a_line_but_not_broken():
    add_layer()
    assert add_feature(SPRING, geom=Point(116.3, 39.8, srid=4326)).geom.geom_type == "Point"
    add_feature(SPRING, code="F2", geom=LineString((116.3, 39.8), (116.4, 39.8), srid=4326))
    with pytest.raises(UnusableGeometry):
        add_feature(SPRING, code="F3", geom=BOW_TIE)


def test_unknown_layer_feature_and_area_are_refused():
    line = LineString((116.3, 39.8), (116.4, 39.8), srid=4326)
    with pytest.raises(UnknownPlace):
        add_feature(SPRING, layer_code="nowhere")
    with pytest.raises(UnknownPlace):
        services.end_feature(feature_id=uuid4(), valid_to_date=SUMMER, actor=ACTOR, now=NOW)
    with pytest.raises(UnknownPlace):
        services.add_lane(code="L1", name_zh="巷", name_en="", area_code="900009", geom=line, actor=ACTOR, now=NOW)


def test_lane_code_is_given_once_in_an_area():
    make_district()
    lane = {"code": "L1", "name_zh": "巷", "name_en": "", "area_code": DISTRICT, "actor": ACTOR, "now": NOW}
    line = LineString((116.3, 39.8), (116.4, 39.8), srid=4326)
    assert services.add_lane(geom=line, **lane).geom.geom_type == "MultiLineString"
    with pytest.raises(AlreadyThere):
        services.add_lane(geom=line, **lane)


def test_command_cuts_grids_or_says_why_not(capsys):
    make_communities()
    call_command("cut_grids", "900001001", "--side", "200")
    assert capsys.readouterr().out == f"{Grid.objects.count()} unit grids cut.\n"
    with pytest.raises(CommandError, match="900001001001001"):
        call_command("cut_grids", "900001001")
