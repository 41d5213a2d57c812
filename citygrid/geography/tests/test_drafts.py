"""A layer is changed in a draft, checked as a whole, published from a day on, and changed back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from citygrid.geography import queries, services
from citygrid.geography.choices import Effect, Fault, LayerKind, Level
from citygrid.geography.errors import (
    DraftBegun,
    DraftChanged,
    DraftEmpty,
    DraftFaulty,
    LaterVersions,
    LayerChanged,
    NoDraft,
    PublicationBuiltOn,
    UnusableFeatures,
)
from citygrid.geography.files import FORMATS, write_file
from citygrid.geography.models import DraftFeature, Feature, Layer, LayerDraft, Publication
from citygrid.geography.permissions import DEFINE_LAYERS
from citygrid.geography.services import FeatureIn, Source
from citygrid.geography.tests.factories import (
    ACTOR,
    NOW,
    SIDE,
    SOUTH,
    WEST,
    clerk,
    collection,
    feature,
    make_communities,
    square,
)
from citygrid.geography.tests.layer_files import rows, with_second
from citygrid.kernel.errors import Invalid, NotPermitted
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = TODAY + timedelta(days=30)
OTHER = clerk(DEFINE_LAYERS)


@pytest.fixture(autouse=True)
def _layer(db: None) -> None:
    """Green space: two squares of one side, beside each other."""
    make_communities()
    services.add_layer(code="green", kind=LayerKind.AREA, name_zh="绿地", name_en="Green", actor=ACTOR, now=NOW)
    found = services.import_features(
        source=Source(document=collection(feature("P1", square(0)), feature("P2", square(1)))),
        layer_code="green",
        valid_from_date=date(2026, 1, 1),
        actor=ACTOR,
        now=NOW,
    )
    assert found.is_written


def put(code: str, column: float, width: float = 1, row: float = 0, **values: Any) -> FeatureIn:
    geometry = {"type": "Polygon", "coordinates": square(column, row, width)}
    return FeatureIn(code=code, geometry=geometry, **{"name_zh": f"区域{code}", "name_en": f"Area {code}", **values})


def save(
    *given: FeatureIn, expected: int = 0, from_date: date = TODAY, actor: Any = ACTOR, **lists: Any
) -> LayerDraft:
    return services.save_draft(
        layer_code="green", expected=expected, from_date=from_date, put=given, actor=actor, now=NOW, **lists
    )


def publish(expected: int = 1, actor: Any = ACTOR) -> Publication:
    return services.publish_draft(layer_code="green", expected=expected, actor=actor, now=NOW)


def undo(publication: Publication) -> Publication:
    return services.undo_publication(publication_id=publication.pk, actor=ACTOR, now=NOW)


def there(column: float, on: date) -> list[str]:
    """Codes of the features at a point of the row of squares on a day."""
    place = queries.locate(Point(WEST + column * SIDE, SOUTH + 0.5 * SIDE, srid=4326), on=on)
    return [hit.code for hit in place.features] if place else []


def versions() -> list[tuple[Any, ...]]:
    fields = ("code", "name_zh", "valid_from_date", "valid_to_date", "geom", "attributes", "id")
    return list(Feature.objects.order_by("code", "valid_from_date").values_list(*fields))


def faults(actor: Any = ACTOR) -> list[tuple[str, Fault]]:
    return [(one.code, one.fault) for one in queries.faults_of_draft(queries.draft_state("green"), actor)]


def test_published_draft_holds_from_its_day_on_and_not_before() -> None:
    save(put("P2", 1, 0.5), put("P3", 1.5, 0.5), from_date=LATER, removed=["P1"])
    published = publish()
    assert published.counts == {Effect.NEW: 1, Effect.CHANGED: 1, Effect.REMOVED: 1}
    before = LATER - timedelta(days=1)
    assert [there(column, before) for column in (0.5, 1.2, 1.7)] == [["P1"], ["P2"], ["P2"]]
    assert [there(column, LATER) for column in (0.5, 1.2, 1.7)] == [[], ["P2"], ["P3"]]
    assert not LayerDraft.objects.exists()
    assert [one.valid_from_date for one in queries.versions_of("green", "P2")] == [LATER, date(2026, 1, 1)]


def test_every_step_is_on_record_with_who_and_when() -> None:
    save(put("P3", 2))
    undo(publish())
    save(put("P3", 2))
    services.throw_away(layer_code="green", expected=1, actor=OTHER, now=NOW)
    assert [one.action for one in queries.changes_of("green")] == [
        *("discard", "draft", "undo", "publish", "draft"),
        *("import", "add"),
    ]
    assert queries.changes_of("green")[0].actor_label == "clerk"


@pytest.mark.parametrize("from_date", [date(2026, 1, 1), TODAY, LATER])
def test_undone_publication_leaves_the_layer_as_it_was(from_date: date) -> None:
    before = versions()
    save(put("P2", 1, 0.5), put("P3", 1.5, 0.5), from_date=from_date, removed=["P1"])
    published = publish()
    assert versions() != before
    assert undo(published).undone_by == "tests"
    assert versions() == before
    with pytest.raises(PublicationBuiltOn):
        undo(published)


def test_publication_is_not_undone_once_the_layer_was_changed() -> None:
    save(put("P3", 2))
    first = publish()
    save(put("P4", 3))
    publish()
    with pytest.raises(PublicationBuiltOn):
        undo(first)


def test_version_of_the_same_day_is_replaced_and_comes_back() -> None:
    save(put("P3", 2))
    publish()
    save(put("P3", 2, 0.5, name_zh="新名"))
    second = publish()
    assert [(one.name_zh, one.valid_to_date) for one in queries.versions_of("green", "P3")] == [("新名", None)]
    undo(second)
    assert [one.name_zh for one in queries.versions_of("green", "P3")] == ["区域P3"]


def test_draft_cannot_go_below_a_version_that_begins_later() -> None:
    save(put("P2", 1, 0.5), from_date=LATER)
    publish()
    save(put("P2", 1, 0.7))
    with pytest.raises(LaterVersions) as refused:
        publish()
    assert refused.value.params == {"codes": "P2"}


def test_draft_is_not_published_for_a_day_on_which_it_has_ended() -> None:
    save(put("P3", 2, valid_to_date=LATER))
    with pytest.raises(Invalid, match="P3"):
        services.publish_draft(layer_code="green", expected=1, from_date=LATER, actor=ACTOR, now=NOW)
    assert publish().counts[Effect.NEW] == 1


def test_second_editor_is_told_who_began_the_draft() -> None:
    save(put("P3", 2), actor=OTHER)
    for act in (lambda: save(put("P4", 3)), lambda: from_file(with_second(square(3)))):
        with pytest.raises(DraftBegun) as refused:
            act()
        assert refused.value.params["who"] == "clerk"


def test_editor_who_looked_at_an_earlier_save_is_told_who_was_second() -> None:
    save(put("P3", 2))
    save(put("P4", 3), expected=1, actor=OTHER)
    for act in (
        lambda: save(put("P3", 2), expected=1),
        lambda: publish(1),
        lambda: services.throw_away(layer_code="green", expected=1, actor=ACTOR, now=NOW),
    ):
        with pytest.raises(DraftChanged) as refused:
            act()
        assert refused.value.params["who"] == "clerk"


CHANGES = {
    "add": lambda: services.add_feature(
        layer_code="green", code="X", name_zh="x", name_en="", geom=Point(WEST, SOUTH, srid=4326),
        valid_from_date=TODAY, actor=OTHER, now=NOW,
    ),
    "end": lambda: services.end_feature(
        feature_id=Feature.objects.get(code="P1").pk, valid_to_date=LATER, actor=OTHER, now=NOW
    ),
    "charge": lambda: services.charge_units(
        layers={}, features={Feature.objects.get(code="P1").pk: uuid7()}, actor=OTHER, now=NOW
    ),
    "import": lambda: services.import_features(
        source=Source(document=collection(feature("X", square(3)))), layer_code="green",
        valid_from_date=TODAY, actor=OTHER, now=NOW,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_draft_of_a_layer_that_was_changed_is_published_only_when_confirmed(name: str) -> None:
    save(put("P3", 2))
    CHANGES[name]()
    with pytest.raises(LayerChanged) as refused:
        publish()
    assert refused.value.params["who"] == "clerk"
    assert queries.draft_state("green").is_outdated
    services.confirm_draft(layer_code="green", expected=1, actor=ACTOR, now=NOW)
    assert publish(2).counts[Effect.NEW] == 1


def test_overlap_gap_and_overhang_keep_a_draft_from_being_published() -> None:
    save(put("P3", 1.5), put("P4", 3.5))
    assert faults() == [("P4", Fault.OUTSIDE_REACH), ("P3", Fault.OVERLAID)]
    with pytest.raises(DraftFaulty) as refused:
        publish()
    assert refused.value.params == {"count": 2}
    assert Feature.objects.count() == 2


def test_thematic_layer_may_overlap_but_not_reach_outside() -> None:
    Layer.objects.create(code="heritage", kind=LayerKind.THEMATIC, name_zh="文物")
    given = [put("H1", 0, 2), put("H2", 1, 2)]
    point = FeatureIn(code="H3", name_zh="碑", geometry={"type": "Point", "coordinates": [WEST - 0.01, SOUTH]})
    services.save_draft(layer_code="heritage", expected=0, from_date=TODAY, put=[*given, point], actor=ACTOR, now=NOW)
    found = queries.faults_of_draft(queries.draft_state("heritage"), ACTOR)
    assert [(one.code, one.fault) for one in found] == [("H3", Fault.OUTSIDE_REACH)]


def test_enclosed_strip_between_neighbours_is_a_gap() -> None:
    hole = square(2.5, 0.25, 1, 0.5)
    west = min(x for x, _ in hole[0])
    narrower = [[[x + 0.00001 if x == west else x, y] for x, y in hole[0]]]  # about 1 m
    outline = {"type": "Polygon", "coordinates": [*square(2, 0, 2), *hole]}
    yard = FeatureIn(code="P3", name_zh="a", geometry=outline)
    island = FeatureIn(code="P4", name_zh="b", geometry={"type": "Polygon", "coordinates": narrower})
    save(yard, island)
    assert faults() == [("P3", Fault.GAP)]


def test_layer_that_covers_its_areas_shows_what_is_left_open() -> None:
    Layer.objects.filter(pk="green").update(tiles=Level.STREET)
    save(put("P2", 1, 0.9), put("P3", 2, 2))
    assert faults() == [("900001001", Fault.GAP)]
    save(put("P2", 1), expected=1)
    assert faults() == []
    save(expected=2, removed=["P1"])
    assert faults() == [("900001001", Fault.GAP)]


def test_post_changes_only_what_lies_in_its_areas() -> None:
    mine = clerk(DEFINE_LAYERS, areas=("900001002",))
    save(put("P3", 2), actor=mine)
    assert faults(mine) == []
    save(put("P1", 0, 0.5), expected=1, removed=["P2"], actor=mine)
    assert faults(mine) == [("P1", Fault.OUTSIDE_REACH), ("P2", Fault.OUTSIDE_REACH)]


def test_clerk_without_the_permission_changes_nothing() -> None:
    save(put("P3", 2))
    nobody = clerk()
    for act in (
        lambda: save(put("P4", 3), expected=1, actor=nobody),
        lambda: publish(actor=nobody),
        lambda: services.confirm_draft(layer_code="green", expected=1, actor=nobody, now=NOW),
        lambda: services.throw_away(layer_code="green", expected=1, actor=nobody, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_saved_feature_is_held_to_what_a_file_is() -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    with pytest.raises(UnusableFeatures) as refused:
        save(FeatureIn(code="P3", name_zh="", geometry=bow))
    assert {one.fault for one in refused.value.findings} == {Fault.NO_NAME, Fault.SELF_CROSSING}
    with pytest.raises(Invalid):
        save(put("P3", 2, valid_to_date=TODAY))
    assert not LayerDraft.objects.exists()


def test_restored_feature_is_left_as_it_is() -> None:
    save(put("P1", 0, 0.5), removed=["P2"])
    save(expected=1, restored=["P1", "P2"])
    assert queries.draft_state("green").entries == []
    with pytest.raises(DraftEmpty):
        publish(2)


def test_attributes_that_are_not_given_stay_as_they_are() -> None:
    Feature.objects.filter(code="P1").update(attributes={"trees": 12})
    save(put("P1", 0, 0.5), put("P2", 1, attributes={"trees": 3}))
    save(put("P1", 0, 0.6), put("P2", 1, 0.9), put("P3", 2), expected=1)
    found = DraftFeature.objects.order_by("code").values_list("attributes", flat=True)
    assert list(found) == [{"trees": 12}, {"trees": 3}, {}]


def test_draft_that_is_not_there_cannot_be_changed() -> None:
    for act in (
        lambda: save(put("P3", 2), expected=3),
        publish,
        lambda: services.confirm_draft(layer_code="green", expected=0, actor=ACTOR, now=NOW),
    ):
        with pytest.raises(NoDraft):
            act()


def from_file(content: bytes, **options: Any) -> services.FileReport:
    return services.draft_from_file(
        layer_code="green", source=services.open_source(content), from_date=TODAY, actor=ACTOR, now=NOW, **options
    )


def counts(report: services.FileReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "same", "removed", "wrong")]


def test_file_becomes_a_draft_of_what_it_changes() -> None:
    changed = with_second(square(1, width=0.5))
    report = from_file(changed, origin="parks.geojson")
    assert counts(report) == [0, 1, 1, 0, 0]
    assert (report.draft.origin, DraftFeature.objects.get().code) == ("parks.geojson", "P2")


def test_file_may_end_what_it_does_not_have() -> None:
    content = write_file("geojson", "x", rows(3), "wgs84")  # its P1 lies elsewhere
    assert counts(from_file(content, ends_missing=True)) == [0, 1, 0, 1, 0]
    assert publish().counts == {Effect.NEW: 0, Effect.CHANGED: 1, Effect.REMOVED: 1}


def test_file_with_one_broken_feature_is_kept_out_entirely() -> None:
    report = from_file(with_second([square(1)[0][:-1]]))
    assert counts(report) == [0, 0, 1, 0, 1]
    assert [(one.feature, one.fault) for one in report.findings] == [(2, Fault.UNCLOSED)]
    assert (report.draft, LayerDraft.objects.count()) == (None, 0)


@pytest.mark.parametrize("form", FORMATS)
def test_layer_taken_out_and_sent_in_again_changes_nothing(form: str) -> None:
    Feature.objects.filter(code="P1").update(attributes={"trees": 12, "note": "国槐", "share": 0.5, "planted": None})
    content = services.export_layer(layer_code="green", form=form, system="EPSG:4548", on=TODAY, actor=ACTOR, now=NOW)
    report = from_file(content)
    assert (counts(report), report.draft) == ([0, 0, 2, 0, 0], None)
    assert AuditEntry.objects.get(action="export").data["features"] == 2


def test_publishing_costs_as_many_queries_for_many_features(django_assert_max_num_queries: Any) -> None:
    save(*(put(f"N{n}", 2 + n / 60, 1 / 60) for n in range(60)), removed=["P1"])
    with django_assert_max_num_queries(22):
        assert publish().counts[Effect.NEW] == 60


def test_checking_a_draft_costs_as_many_queries_for_many_features(django_assert_num_queries: Any) -> None:
    save(*(put(f"N{n}", 2 + n / 60, 1 / 60) for n in range(60)), removed=["P1"])
    with django_assert_num_queries(5):
        assert faults() == []
