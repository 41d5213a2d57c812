"""Drafts of layers: one for each layer, changed by hand or by a file, checked as a whole, thrown away or published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from citygrid.geography import permissions, queries
from citygrid.geography.errors import DraftBegun, DraftChanged, NoDraft, UnknownPlace, UnusableFeatures
from citygrid.geography.models import DraftFeature, Feature, Layer, LayerDraft
from citygrid.geography.queries.drafts import valid_on
from citygrid.geography.rules.coordinates import CHINA
from citygrid.geography.rules.validation import Finding, Shape
from citygrid.geography.services.layers import held_to
from citygrid.geography.services.shapes import to_geos, to_shapely
from citygrid.geography.services.sources import Source
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Invalid

BATCH = 1000
EXACT_DEGREES = 1e-9  # 0.1 mm
# Properties of a file that are columns of ours: they do not become attributes.
OWN = ("unit_id", "valid_from", "valid_to")  # a Shapefile has room for ten letters


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureIn:
    """A feature as it shall be: a GeoJSON geometry in WGS-84, names, who is responsible, until when.

    Attributes None: as they are, in the draft or else in the layer.
    """

    code: str
    geometry: Mapping[str, Any]
    name_zh: str = ""
    name_en: str = ""
    responsible_unit_id: UUID | None = None
    valid_to_date: date | None = None
    attributes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file would do to a layer; with one finding or more, no draft was made and `draft` is None."""

    features: int
    counts: Mapping[str, int]
    findings: Sequence[Finding]
    notes: Sequence[str]
    draft: LayerDraft | None = None


@transaction.atomic
def save_draft(
    *,
    layer_code: str,
    expected: int,
    actor: Actor,
    now: datetime,
    from_date: date,
    put: Sequence[FeatureIn] = (),
    removed: Collection[str] = (),
    restored: Collection[str] = (),
) -> LayerDraft:
    """Change the draft of a layer, or begin one (`expected` 0): features to put, to end, and to leave as they are.

    `expected` is the revision of the draft that was looked at. Raises DraftBegun or DraftChanged when somebody else
    saved meanwhile, UnusableFeatures, Invalid (dates), UnknownPlace.
    """
    layer = _locked(layer_code, actor)
    draft = _draft_for(layer, expected, from_date, actor, now)
    known = _known_attributes(draft, [one.code for one in put if one.attributes is None])
    shapes = _shapes_of(layer, put, known)
    given = {one.code: one for one in put}
    for one in put:
        if one.valid_to_date is not None and one.valid_to_date <= from_date:
            raise Invalid(fields={"valid_to_date": _("The validity ends before it begins.")})
    rows = [_row(draft, shape, given[shape.code], known.get(shape.code)) for shape in shapes]
    _replace(draft, rows, removed, [*given, *removed, *restored])
    data = {"draft": draft.revision, "put": sorted(given), "removed": sorted(removed), "restored": sorted(restored)}
    audit.record(subject=f"geography.layer/{layer_code}", action="draft", actor=actor, now=now, data=data)
    return draft


@transaction.atomic
def draft_from_file(
    *,
    layer_code: str,
    source: Source,
    from_date: date,
    actor: Actor,
    now: datetime,
    origin: str = "",
    ends_missing: bool = False,
) -> FileReport:
    """Make a draft of what a file changes in a layer; with one finding nothing is kept. DraftBegun, UnknownPlace.

    `ends_missing`: features that the file does not have are to end. Who is responsible stays as it is.
    """
    layer = _locked(layer_code, actor)
    shapes, findings = source.read(**held_to(layer), region=queries.extent([""]) or CHINA)
    standing = _standing(layer, from_date)
    changed = [one for one in shapes if not _is_same(standing.get(one.code), one, source)]
    missing = sorted(standing.keys() - {one.code for one in shapes}) if ends_missing else []
    counts = {
        "new": sum(one.code not in standing for one in changed),
        "changed": sum(one.code in standing for one in changed),
        "same": len(shapes) - len(changed),
        "removed": len(missing),
        "wrong": len({finding.feature for finding in findings}),
    }
    features = len(source.document["features"])
    if findings or not (changed or missing):
        return FileReport(features, counts, sorted(findings, key=lambda one: one.feature), source.words)
    draft = _draft_for(layer, 0, from_date, actor, now, origin)
    rows = [_row(draft, one, _kept(one, source, standing.get(one.code))) for one in changed]
    _replace(draft, rows, missing, [])
    data = {"draft": draft.revision, "file": origin, **counts}
    audit.record(subject=f"geography.layer/{layer_code}", action="draft", actor=actor, now=now, data=data)
    return FileReport(features, counts, [], source.words, draft)


@transaction.atomic
def confirm_draft(*, layer_code: str, expected: int, actor: Actor, now: datetime) -> LayerDraft:
    """Say that a draft still holds after the layer itself was changed. Raises NoDraft, DraftChanged."""
    layer = _locked(layer_code, actor)
    draft = _draft_for(layer, _wanted(expected, layer_code), None, actor, now)
    draft.based_on = layer.revision
    draft.save(update_fields=["based_on"])
    data = {"draft": draft.revision, "revision": layer.revision}
    audit.record(subject=f"geography.layer/{layer_code}", action="confirm", actor=actor, now=now, data=data)
    return draft


@transaction.atomic
def throw_away(*, layer_code: str, expected: int, actor: Actor, now: datetime) -> None:
    """Throw a draft away. Raises NoDraft, DraftChanged."""
    layer = _locked(layer_code, actor)
    draft = _draft_for(layer, _wanted(expected, layer_code), None, actor, now)
    data = {"draft": draft.revision, "codes": list(draft.features.values_list("code", flat=True))}
    draft.delete()
    audit.record(subject=f"geography.layer/{layer_code}", action="discard", actor=actor, now=now, data=data)


def _locked(layer_code: str, actor: Actor) -> Layer:
    """The layer, for one writer of it and of its draft at a time."""
    actor.require(permissions.DEFINE_LAYERS)
    layer = Layer.objects.select_for_update().filter(pk=layer_code).first()
    if layer is None:
        raise UnknownPlace(place=layer_code)
    return layer


def _wanted(expected: int, layer_code: str) -> int:
    if not expected:
        raise NoDraft(place=layer_code)
    return expected


def _draft_for(
    layer: Layer, expected: int, from_date: date | None, actor: Actor, now: datetime, origin: str = ""
) -> LayerDraft:
    """The draft that is to be changed, with its next revision, or a new one."""
    draft = LayerDraft.objects.filter(layer=layer).first()
    if draft is None and expected:
        raise NoDraft(place=layer.code)
    if draft is not None and draft.revision != expected:
        who, at = (draft.changed_by, draft.changed_at) if expected else (draft.begun_by, draft.begun_at)
        raise (DraftChanged if expected else DraftBegun)(who=who, at=moment(at))
    if draft is None:
        draft = LayerDraft(layer=layer, based_on=layer.revision, revision=0, begun_at=now, begun_by=actor.label)
        draft.origin = origin[-200:]
    draft.from_date = from_date or draft.from_date
    draft.revision += 1
    draft.changed_at, draft.changed_by = now, actor.label
    draft.save()
    return draft


def moment(at: datetime) -> str:
    """A time as it is written in a refusal."""
    return date_format(localtime(at), "Y-m-d H:i")


def _shapes_of(layer: Layer, put: Sequence[FeatureIn], known: Mapping[str, Mapping[str, Any]]) -> list[Shape]:
    """What was drawn, checked as a file is, with the attributes it keeps. Raises UnusableFeatures."""
    if not put:
        return []
    features = [
        {
            "type": "Feature",
            "properties": {
                **_attributes(one, known.get(one.code)),
                "code": one.code,
                "name": one.name_zh,
                "name_en": one.name_en,
            },
            "geometry": dict(one.geometry),
        }
        for one in put
    ]
    source = Source(document={"type": "FeatureCollection", "features": features})
    shapes, findings = source.read(**held_to(layer), region=queries.extent([""]) or CHINA)
    if findings:
        raise UnusableFeatures(findings)
    return shapes


def _known_attributes(draft: LayerDraft, codes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The attributes of features by code, as the draft has them, or else the layer on the day of the draft."""
    if not codes:
        return {}
    there = Feature.objects.filter(valid_on(draft.from_date), layer=draft.layer_id, code__in=codes)
    drafted = draft.features.filter(code__in=codes, is_removed=False)
    return {**dict(there.values_list("code", "attributes")), **dict(drafted.values_list("code", "attributes"))}


def _row(draft: LayerDraft, shape: Shape, given: FeatureIn, known: Mapping[str, Any] | None = None) -> DraftFeature:
    return DraftFeature(
        draft=draft,
        code=shape.code,
        name_zh=shape.name_zh,
        name_en=shape.name_en,
        geom=to_geos(shape.geometry),
        responsible_unit_id=given.responsible_unit_id,
        attributes=_attributes(given, known),
        valid_to_date=given.valid_to_date,
    )


def _attributes(given: FeatureIn, known: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(known or {} if given.attributes is None else given.attributes)


def _replace(draft: LayerDraft, rows: list[DraftFeature], removed: Collection[str], codes: Sequence[str]) -> None:
    """Write rows in place of those with these codes; to end what the layer does not have is nothing to do."""
    if codes:
        draft.features.filter(code__in=codes).delete()
    there = Feature.objects.filter(valid_on(draft.from_date), layer=draft.layer_id, code__in=removed)
    ended = [
        DraftFeature(draft=draft, code=one.code, name_zh=one.name_zh, name_en=one.name_en, is_removed=True)
        for one in there.only("code", "name_zh", "name_en")
    ]
    DraftFeature.objects.bulk_create([*rows, *ended], BATCH)


def _standing(layer: Layer, on: date) -> dict[str, Feature]:
    return {one.code: one for one in Feature.objects.filter(valid_on(on), layer=layer)}


def attributes_of(shape: Shape, source: Source) -> dict[str, Any]:
    """The properties of a file's feature that are not columns of ours."""
    own = {*OWN, source.code_field, source.name_field, source.name_en_field}
    return {name: value for name, value in shape.properties.items() if name not in own}


def _kept(shape: Shape, source: Source, before: Feature | None) -> FeatureIn:
    """A feature of a file, with what files do not say taken from the version before it."""
    return FeatureIn(
        code=shape.code,
        geometry={},
        responsible_unit_id=before.responsible_unit_id if before else None,
        valid_to_date=before.valid_to_date if before else None,
        attributes=attributes_of(shape, source),
    )


def _is_same(before: Feature | None, shape: Shape, source: Source) -> bool:
    """Whether a file says of a feature what is there: the same points from wherever a ring begins, the same words."""
    if before is None or (before.name_zh, before.name_en) != (shape.name_zh, shape.name_en):
        return False
    if _words(before.attributes, source) != _words(attributes_of(shape, source), source):
        return False
    one, other = (shapely.normalize(each) for each in (to_shapely(before.geom), to_shapely(to_geos(shape.geometry))))
    return bool(one.equals_exact(other, EXACT_DEGREES))


def _words(attributes: Mapping[str, Any], source: Source) -> dict[str, str]:
    """Attributes as every format writes them: what is empty is absent, numbers and their words are the same."""
    own = {*OWN, source.code_field, source.name_field, source.name_en_field}
    return {key: str(value) for key, value in attributes.items() if value not in (None, "") and key not in own}
