"""Zones with hours: the rule of the hours, what a zone must say, and which one forbids something where and when."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from citygrid.geography import queries, services
from citygrid.geography.choices import Fault, LayerKind
from citygrid.geography.errors import UnusableFeatures
from citygrid.geography.models import DraftFeature, Feature, Layer
from citygrid.geography.rules.zones import MINUTES, Hours, faults_of, hours_of
from citygrid.geography.tests.factories import (
    ACTOR,
    NOW,
    SIDE,
    SOUTH,
    WEST,
    collection,
    feature,
    make_district,
    polygon,
    square,
)
from citygrid.kernel.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = st.integers(0, MINUTES - 1)
MOMENT = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))
FOREVER = {"rule": "forbidden"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@given(MINUTE, MINUTE, MOMENT)
def test_hours_over_midnight_are_those_of_the_day_and_those_of_the_day_before(begins: int, ends: int, moment) -> None:
    if begins <= ends:
        begins, ends = ends + 1, begins
    whole, evening, morning = Hours(begins, ends), Hours(begins, MINUTES), Hours(0, ends)
    in_evening = begins < MINUTES and evening.day_at(moment)
    in_morning = ends > 0 and morning.day_at(moment)
    expected = moment.date() if in_evening else moment.date() - timedelta(days=1) if in_morning else None
    assert whole.day_at(moment) == expected


@given(MINUTE, MINUTE, MOMENT)
def test_hours_and_the_hours_they_leave_out_make_up_the_day(begins: int, ends: int, moment: datetime) -> None:
    if begins != ends:
        assert bool(Hours(begins, ends).day_at(moment)) != bool(Hours(ends, begins).day_at(moment))


@given(MINUTE, st.integers(1, MINUTES), st.dates(), MOMENT)
def test_hours_of_one_day_begin_on_no_other(begins: int, ends: int, day: date, moment: datetime) -> None:
    if begins != ends:
        assert Hours(begins, ends, day, day).day_at(moment) in (None, day)


@given(MINUTE, st.integers(1, MINUTES), st.dates(date(2026, 1, 1)), st.integers(0, 30))
def test_what_is_written_is_what_is_read(begins: int, ends: int, first: date, days: int) -> None:
    last = first + timedelta(days=days) if first.year < 9999 else first
    written = {"from_hour": f"{begins // 60:02}:{begins % 60:02}", "to_hour": f"{ends // 60:02}:{ends % 60:02}"}
    told = {"rule": "allowed", **written, "from_day": str(first), "to_day": str(last)}
    if begins != ends:
        assert not faults_of(told)
        assert hours_of(told) == Hours(begins, ends, first, last)


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({}, [Fault.ZONE_RULE]),
        ({"rule": "perhaps"}, [Fault.ZONE_RULE]),
        ({"rule": "forbidden", "from_hour": "20:00"}, [Fault.ZONE_HOURS]),
        ({"rule": "forbidden", "from_hour": "20:00", "to_hour": "20:00"}, [Fault.ZONE_HOURS]),
        ({"rule": "forbidden", "from_hour": "8 pm", "to_hour": "02:00"}, [Fault.ZONE_HOURS]),
        ({"rule": "forbidden", "from_hour": "24:00", "to_hour": "02:00"}, [Fault.ZONE_HOURS]),
        ({"rule": "forbidden", "from_hour": "20:00", "to_hour": "25:00"}, [Fault.ZONE_HOURS]),
        ({"rule": "forbidden", "from_day": "2027-02-30"}, [Fault.ZONE_DAYS]),
        ({"rule": "forbidden", "from_day": "10.2.2027"}, [Fault.ZONE_DAYS]),
        ({"rule": "forbidden", "from_day": "2027-02-11", "to_day": "2027-02-10"}, [Fault.ZONE_DAYS]),
        ({"rule": "", "from_hour": 20, "to_day": 3}, [Fault.ZONE_RULE, Fault.ZONE_HOURS, Fault.ZONE_DAYS]),
    ],
)
def test_a_zone_that_cannot_be_read_says_why(told: dict[str, Any], faults: list[Fault]) -> None:
    assert [fault for fault, _detail in faults_of(told)] == faults


@pytest.mark.parametrize("told", [{"from_hour": "", "to_hour": None}, {}, {"to_day": "2027-02-10"}])
def test_a_zone_without_hours_holds_all_day(told: dict[str, Any]) -> None:
    assert not faults_of({"rule": "forbidden", **told})
    assert (hours_of(told).begins, hours_of(told).ends) == (0, MINUTES)


@pytest.fixture
def district(db: None) -> None:
    make_district()
    services.add_layer(
        code="fireworks", kind=LayerKind.ZONE, name_zh="烟花", name_en="Fireworks", actor=ACTOR, now=NOW
    )


def add_zone(code: str, column: float, width: float = 1, **attributes: str) -> Feature:
    return services.add_feature(
        layer_code="fireworks",
        code=code,
        name_zh=f"区{code}",
        name_en=f"Zone {code}",
        geom=polygon(column, width=width),
        valid_from_date=date(2026, 1, 1),
        attributes={"rule": "forbidden", **attributes},
        actor=ACTOR,
        now=NOW,
    )


def middle(column: float) -> Point:
    return Point(WEST + (column + 0.5) * SIDE, SOUTH + 0.5 * SIDE, srid=4326)


@pytest.mark.usefixtures("district")
class TestWhere:
    def test_the_hours_are_those_of_the_clock_of_the_district(self) -> None:
        add_zone("F1", 0, from_hour="20:00", to_hour="02:00", from_day="2027-02-16", to_day="2027-02-16")
        held = [at("2027-02-16T20:00"), at("2027-02-17T01:59")]
        others = [at("2027-02-16T19:59"), at("2027-02-17T02:00"), at("2027-02-17T20:00"), at("2027-02-16T01:00")]
        assert [bool(queries.forbidden_at(middle(0), one)) for one in held + others] == [True] * 2 + [False] * 4

    def test_an_allowed_zone_is_an_exception_from_a_forbidden_one(self) -> None:
        add_zone("F1", 0, 3)
        add_zone("A1", 1, rule="allowed", from_hour="18:00", to_hour="24:00")
        evening, noon = at("2026-11-28T18:00"), at("2026-11-28T12:00")
        found = [queries.forbidden_at(middle(column), evening) for column in range(4)]
        assert [one and one.code for one in found] == ["F1", None, "F1", None]
        assert queries.forbidden_at(middle(1), noon)

    def test_a_version_counts_only_while_it_is_valid(self) -> None:
        found = add_zone("F1", 0)
        services.end_feature(feature_id=found.pk, valid_to_date=date(2026, 3, 1), actor=ACTOR, now=NOW)
        assert queries.forbidden_at(middle(0), at("2026-02-28T23:59"))
        assert queries.forbidden_at(middle(0), at("2026-03-01T00:00")) is None

    def test_outside_every_district_nothing_is_forbidden(self) -> None:
        add_zone("F1", -3)
        assert queries.forbidden_at(middle(-3), at("2026-11-28T12:00")) is None

    def test_a_point_on_the_edge_lies_in_the_zone(self) -> None:
        add_zone("F1", 0)
        assert queries.forbidden_at(Point(WEST + SIDE, SOUTH + 0.5 * SIDE, srid=4326), at("2026-11-28T12:00"))

    def test_features_of_other_layers_forbid_nothing(self) -> None:
        Layer.objects.create(code="heritage", kind=LayerKind.THEMATIC, name_zh="文物")
        geom = polygon(0)
        Feature.objects.create(
            layer_id="heritage", code="H1", name_zh="庙", geom=geom, attributes=FOREVER, valid_from_date=NOW.date()
        )
        assert queries.forbidden_at(middle(0), at("2026-11-28T12:00")) is None

    def test_where_no_zone_lies_one_query_is_enough(self, django_assert_num_queries: Any) -> None:
        add_zone("F1", 0)
        with django_assert_num_queries(1):
            queries.forbidden_at(middle(2), at("2026-11-28T12:00"))
        with django_assert_num_queries(2):
            queries.forbidden_at(middle(0), at("2026-11-28T12:00"))

    def test_the_spatial_index_finds_the_zones(self, django_assert_num_queries: Any) -> None:
        rows = [
            Feature(
                id=uuid4(), layer_id="fireworks", code=f"Z{n}", name_zh="区", attributes=FOREVER,
                geom=polygon(n % 100 / 50, n // 100 / 50, 0.01, 0.01), valid_from_date=date(2026, 1, 1),
            )
            for n in range(5000)
        ]  # fmt: skip
        Feature.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE geography_feature")
        with django_assert_num_queries(1) as asked:
            queries.forbidden_at(middle(3), at("2026-11-28T12:00"))
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {asked[0]['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "geography_feature_geom" in plan and "Seq Scan on geography_feature" not in plan

    def test_the_words_are_those_of_the_language(self) -> None:
        add_zone("F1", 0, from_hour="20:00", to_hour="02:00", to_day="2027-02-20")
        found = queries.forbidden_at(middle(0), at("2026-11-28T23:00"))
        assert found is not None
        with override("zh-hans"):
            assert (found.name, found.words) == ("区F1", "每日 20:00–02:00，至 2027-02-20 止")
        with override("en"):
            kept = queries.KeptZone.of(found.kept())
            assert kept and (kept.name, kept.hours) == ("Zone F1", "daily 20:00–02:00, until 2027-02-20")

    def test_the_map_is_told_which_zones_hold_now(self) -> None:
        add_zone("F1", 0, from_hour="20:00", to_hour="02:00")
        add_zone("A1", 1, rule="allowed")
        gone = add_zone("F0", 2, from_hour="20:00", to_hour="02:00")
        services.end_feature(feature_id=gone.pk, valid_to_date=date(2026, 11, 28), actor=ACTOR, now=NOW)

        def told(moment: datetime) -> list[tuple[str, bool]]:
            rows = queries.zones(None, moment, count=10)["features"]
            return [(row["properties"]["code"], row["properties"]["is_on"]) for row in rows]

        assert told(at("2026-11-28T12:00")) == [("A1", True), ("F1", False)]
        assert told(at("2026-11-28T01:00")) == [("A1", True), ("F0", True), ("F1", True)]
        west = (WEST, SOUTH, WEST + 0.5 * SIDE, SOUTH + SIDE)
        assert [one["id"] for one in queries.zones(west, at("2026-11-28T12:00"), count=10)["features"]] == [
            str(Feature.objects.get(code="F1").pk)
        ]


@pytest.mark.usefixtures("district")
class TestWritten:
    def test_a_zone_is_refused_in_clear_words(self) -> None:
        with override("en"), pytest.raises(Invalid) as refused:
            add_zone("F1", 0, from_hour="8 pm", to_hour="2 am")
        assert "Write both from_hour and to_hour as in 20:00" in str(refused.value.fields)

    def test_a_file_is_held_to_what_a_zone_must_say(self) -> None:
        document = collection(
            feature("F1", square(0), rule="forbidden", from_hour="20:00", to_hour="02:00"),
            feature("F2", square(1), rule="forbidden", from_hour="20:00"),
            feature("F3", [WEST, SOUTH], kind="Point", rule="forbidden"),
        )
        report = services.draft_from_file(
            layer_code="fireworks",
            source=services.Source(document=document),
            from_date=NOW.date(),
            actor=ACTOR,
            now=NOW,
        )
        assert [(one.feature, one.fault) for one in report.findings] == [(2, Fault.ZONE_HOURS), (3, Fault.NO_GEOMETRY)]

    @pytest.mark.parametrize("form", ["geojson", "gpkg", "shp.zip"])
    def test_zones_come_out_as_a_file_and_in_again_the_same(self, form: str) -> None:
        add_zone("F1", 0, from_hour="20:00", to_hour="02:00", from_day="2027-02-10", to_day="2027-02-25")
        add_zone("A1", 1, rule="allowed")
        content = services.export_layer(
            layer_code="fireworks", form=form, system="wgs84", on=NOW.date(), actor=ACTOR, now=NOW
        )
        report = services.draft_from_file(
            layer_code="fireworks", source=services.open_source(content), from_date=NOW.date(), actor=ACTOR, now=NOW
        )
        assert (report.counts["same"], report.counts["wrong"], report.counts["changed"]) == (2, 0, 0)

    def test_what_is_drawn_is_held_to_the_same_and_keeps_what_it_does_not_say(self) -> None:
        add_zone("F1", 0, from_hour="20:00", to_hour="02:00")
        geometry = {"type": "Polygon", "coordinates": square(0, width=2)}

        def save(expected: int, **more: Any) -> None:
            put = [services.FeatureIn(code="F1", name_zh="区", geometry=geometry, **more)]
            day = date(2026, 5, 1)
            services.save_draft(
                layer_code="fireworks", expected=expected, from_date=day, put=put, actor=ACTOR, now=NOW
            )

        with pytest.raises(UnusableFeatures):
            save(0, attributes={"rule": "forbidden", "to_hour": "02:00"})
        save(0)
        assert DraftFeature.objects.get().attributes == {"rule": "forbidden", "from_hour": "20:00", "to_hour": "02:00"}
        save(1, attributes={"rule": "allowed"})
        services.publish_draft(layer_code="fireworks", expected=2, actor=ACTOR, now=NOW)
        assert queries.forbidden_at(middle(1), at("2026-05-01T21:00")) is None
