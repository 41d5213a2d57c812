"""Layers as they are kept: what each holds, what a draft would change, what is wrong with it, what was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.contrib.gis.geos import Polygon
from django.db.models import Count, Q, QuerySet
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import CODE_LENGTH, Effect, LayerKind, Level
from citygrid.geography.errors import NoDraft, UnknownPlace
from citygrid.geography.models import Area, DraftFeature, Feature, Layer, LayerDraft, Publication
from citygrid.geography.rules import topology
from citygrid.geography.rules.topology import Spot
from citygrid.kernel.actor import Actor
from citygrid.kernel.models import AuditEntry

NEAR_DEGREES = 1e-4  # about 10 m: how far around a change its neighbours are looked for


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A layer in a list: how many features are valid on the day, and who works on a draft of it ("": nobody)."""

    layer: Layer
    valid: int
    drafted_by: str


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """One feature of a draft beside the version it takes the place of."""

    code: str
    effect: Effect
    before: Feature | None
    after: DraftFeature


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft as it stands: what it would change on its day, and whether the layer was changed since it was begun."""

    draft: LayerDraft
    entries: Sequence[DraftEntry]

    @property
    def is_outdated(self) -> bool:
        return bool(self.draft.based_on != self.draft.layer.revision)

    @property
    def counts(self) -> dict[str, int]:
        """How many features by effect."""
        return {str(effect): sum(one.effect == effect for one in self.entries) for effect in Effect}


def valid_on(on: date) -> Q:
    """Versions that are valid on a day."""
    return Q(valid_from_date__lte=on) & (Q(valid_to_date=None) | Q(valid_to_date__gt=on))


def layer(code: str) -> Layer:
    """The layer with this code. Raises UnknownPlace."""
    found = Layer.objects.filter(pk=code).first()
    if found is None:
        raise UnknownPlace(place=code)
    return found


def layer_lines(*, on: date) -> list[LayerLine]:
    """All layers with what is valid in them on a day, the area layers first. One query."""
    is_valid = Q(features__valid_from_date__lte=on) & (
        Q(features__valid_to_date=None) | Q(features__valid_to_date__gt=on)
    )
    found = Layer.objects.select_related("draft").annotate(valid=Count("features", filter=is_valid))
    return [
        LayerLine(one, one.valid, one.draft.changed_by if hasattr(one, "draft") else "")
        for one in found.order_by("kind", "code")
    ]


def feature_count(layer_code: str, *, on: date) -> int:
    """How many features of a layer are valid on a day."""
    return Feature.objects.filter(valid_on(on), layer=layer_code).count()


def feature_rows(layer_code: str, *, on: date, start: int, count: int) -> list[Feature]:
    """Some of the features of a layer that are valid on a day, by code, without their attributes."""
    found = Feature.objects.filter(valid_on(on), layer=layer_code).defer("attributes")
    return list(found.order_by("code")[start : start + count])


def versions_of(layer_code: str, code: str) -> list[Feature]:
    """All versions of a feature, the latest first, without their outlines."""
    return list(Feature.objects.filter(layer=layer_code, code=code).defer("geom").order_by("-valid_from_date"))


def publications_of(layer_code: str, count: int = 20) -> list[Publication]:
    """The latest publications of a layer, newest first, without what they changed."""
    return list(Publication.objects.filter(layer=layer_code).defer("changes").order_by("-at", "-id")[:count])


def changes_of(layer_code: str, count: int = 20) -> list[AuditEntry]:
    """The latest changes of a layer as the audit trail has them, newest first."""
    return list(AuditEntry.objects.filter(subject=f"geography.layer/{layer_code}").order_by("-id")[:count])


def begun_draft(layer_code: str) -> LayerDraft | None:
    """The draft of a layer without what it changes, if there is one."""
    return LayerDraft.objects.filter(pk=layer_code).first()


def draft_state(layer_code: str) -> DraftState:
    """The draft of a layer beside what is valid on its day. Raises NoDraft. Three queries."""
    draft = LayerDraft.objects.select_related("layer").filter(pk=layer_code).first()
    if draft is None:
        raise NoDraft(place=layer_code)
    drafted = list(draft.features.order_by("code"))
    there = Feature.objects.filter(valid_on(draft.from_date), layer=layer_code, code__in=[one.code for one in drafted])
    standing = {one.code: one for one in there}
    return DraftState(draft, [_entry(one, standing.get(one.code)) for one in drafted])


def _entry(drafted: DraftFeature, before: Feature | None) -> DraftEntry:
    effect = Effect.REMOVED if drafted.is_removed else Effect.CHANGED if before else Effect.NEW
    return DraftEntry(drafted.code, effect, before, drafted)


def faults_of_draft(state: DraftState, actor: Actor) -> list[Spot]:
    """What is wrong with the layer as the draft would make it, for this post. At most three queries."""
    changed = {one.code: to_shapely(one.after.geom) for one in state.entries if one.effect != Effect.REMOVED}
    reach = shapely.union_all(list(_areas(actor.reach.areas).values()))
    found = [*topology.outside(changed, reach)]
    own = {one.code: to_shapely(one.before.geom) for one in state.entries if one.before}
    named = {one.code for one in found}
    found += [
        one for one in topology.outside(own, reach) if one.code not in named
    ]  # what lies there is not its to end
    layer = state.draft.layer
    if layer.kind == LayerKind.AREA or layer.tiles:
        parents = topology.touched(
            _tiled(layer, [*changed.values(), *own.values()]), [*changed.values(), *own.values()]
        )
        siblings = _siblings(state, [*changed.values(), *parents.values()])
        found += [*topology.overlaps(changed, siblings), *topology.slivers(changed, siblings)]
        found += topology.uncovered(parents, [*changed.values(), *siblings.values()])
    return found


def _siblings(state: DraftState, around: Sequence[BaseGeometry]) -> dict[str, BaseGeometry]:
    """The features of the layer near the change that the draft leaves as they are."""
    if not around:
        return {}
    box = Polygon.from_bbox(shapely.box(*shapely.total_bounds(list(around))).buffer(NEAR_DEGREES).bounds)
    box.srid = 4326
    there = Feature.objects.filter(
        valid_on(state.draft.from_date), layer=state.draft.layer_id, geom__bboverlaps=box
    ).exclude(code__in=[one.code for one in state.entries])
    return {one.code: to_shapely(one.geom) for one in there.only("code", "geom")}


def _tiled(layer: Layer, around: Sequence[BaseGeometry]) -> dict[str, BaseGeometry]:
    """The areas near the change that the layer must cover."""
    if not layer.tiles or not around:
        return {}
    box = Polygon.from_bbox(shapely.total_bounds(list(around)).tolist())
    box.srid = 4326
    return _outlines(Area.objects.filter(level=layer.tiles, geom__bboverlaps=box))


def _areas(codes: Sequence[str]) -> dict[str, BaseGeometry]:
    """The outlines of a post's areas; of every district for "everywhere"."""
    wanted = Q(pk__in=[code[: CODE_LENGTH[Level.COMMUNITY]] for code in codes if code])
    return _outlines(Area.objects.filter(wanted | Q(level=Level.DISTRICT) if "" in codes else wanted))


def _outlines(areas: QuerySet[Area]) -> dict[str, BaseGeometry]:
    return {one.code: to_shapely(one.geom) for one in areas.only("code", "geom")}


def to_shapely(geom: Any) -> BaseGeometry:
    """GEOS to shapely."""
    return shapely.from_wkb(bytes(geom.wkb))


def exact_json(geom: Any) -> dict[str, Any]:
    """A geometry as GeoJSON with all digits of its numbers: who sends it back changes nothing."""
    return dict(shapely.geometry.mapping(to_shapely(geom)))
