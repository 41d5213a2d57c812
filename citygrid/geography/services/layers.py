"""Layers, their dated features, and lanes."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from citygrid.geography import permissions
from citygrid.geography.choices import ADVICE, AreaLayer, LayerKind, Level
from citygrid.geography.errors import AlreadyThere, OverlappingValidity, UnknownPlace
from citygrid.geography.models import Area, Feature, Lane, Layer
from citygrid.geography.rules.validation import ANY_TYPES, AREA_TYPES
from citygrid.geography.rules.zones import faults_of
from citygrid.geography.services.shapes import checked, require
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Invalid

LAYER_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


def hold(layers: QuerySet[Layer]) -> list[str]:
    """Lock layers before any of their features, as whoever publishes does: writers never wait for each other."""
    return [layer.code for layer in layers.order_by("code").select_for_update(of=("self",))]


def touch(codes: Iterable[str], actor: Actor, now: datetime) -> None:
    """Count a change of these layers and say whose it was, so that no draft is published over it unseen."""
    layers = Layer.objects.filter(pk__in=list(codes))
    layers.update(revision=F("revision") + 1, changed_at=now, changed_by=actor.label)


def held_to(layer: Layer) -> dict[str, Any]:
    """What the features of a layer are held to when they are read, as in `Reading`."""
    is_of_areas = layer.kind in (LayerKind.AREA, LayerKind.ZONE)
    return {"geometry_types": AREA_TYPES if is_of_areas else ANY_TYPES, "is_zoned": layer.kind == LayerKind.ZONE}


def add_layer(
    *,
    code: str,
    kind: LayerKind,
    name_zh: str,
    name_en: str,
    actor: Actor,
    now: datetime,
    owner_unit_id: UUID | None = None,
    tiles: Level | str = "",
) -> Layer:
    """Add one of the six area layers (code of `AreaLayer`), a thematic one or one of zones.

    Raises AlreadyThere, Invalid.
    `tiles` is the level of the areas that its features must cover without a gap.
    """
    actor.require(permissions.DEFINE_LAYERS)
    if (kind == LayerKind.AREA) != (code in AreaLayer.values):
        raise Invalid(_("The six area layers, and only they, are of the kind area layer."))
    if not LAYER_CODE.fullmatch(code):
        raise Invalid(fields={"code": _("A code has small letters, digits, hyphens and underscores, at most 50.")})
    with transaction.atomic():
        if Layer.objects.filter(pk=code).exists():
            raise AlreadyThere(place=code)
        layer = Layer.objects.create(
            code=code, kind=kind, name_zh=name_zh, name_en=name_en, owner_unit_id=owner_unit_id, tiles=tiles
        )
        audit.record(subject=f"geography.layer/{code}", action="add", actor=actor, now=now)
    return layer


def add_feature(
    *,
    layer_code: str,
    code: str,
    name_zh: str,
    name_en: str,
    geom: GEOSGeometry,
    valid_from_date: date,
    actor: Actor,
    now: datetime,
    valid_to_date: date | None = None,
    responsible_unit_id: UUID | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Feature:
    """Add a feature, or a further version of one; it is valid until the day before `valid_to_date`.

    Raises UnknownPlace (layer), OverlappingValidity, UnusableGeometry, Invalid (dates, what a zone must say).
    """
    actor.require(permissions.DEFINE_LAYERS)
    _check_dates(valid_from_date, valid_to_date)
    layer = Layer.objects.filter(pk=layer_code).first()
    if layer is None:
        raise UnknownPlace(place=layer_code)
    _check_zone(layer, attributes or {})
    feature = Feature(
        layer_id=layer_code,
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        geom=checked(geom),
        responsible_unit_id=responsible_unit_id,
        attributes=dict(attributes or {}),
        valid_from_date=valid_from_date,
        valid_to_date=valid_to_date,
    )
    try:
        with transaction.atomic():
            touch([layer_code], actor, now)
            feature.save(force_insert=True)
            audit.record(subject=f"geography.feature/{feature.pk}", action="add", actor=actor, now=now)
    except IntegrityError as error:
        raise OverlappingValidity(place=code) from error
    return feature


def end_feature(*, feature_id: UUID, valid_to_date: date, actor: Actor, now: datetime) -> Feature:
    """Let a version of a feature end: `valid_to_date` is the first day it no longer counts.

    Raises UnknownPlace, OverlappingValidity, Invalid (ends before it begins).
    """
    actor.require(permissions.DEFINE_LAYERS)
    try:
        with transaction.atomic():
            layers = hold(Layer.objects.filter(features=feature_id))
            feature = Feature.objects.select_for_update().filter(pk=feature_id).first()
            if feature is None:
                raise UnknownPlace(place=str(feature_id))
            _check_dates(feature.valid_from_date, valid_to_date)
            feature.valid_to_date = valid_to_date
            feature.save(update_fields=["valid_to_date"])
            touch(layers, actor, now)
            data = {"valid_to_date": str(valid_to_date)}
            audit.record(subject=f"geography.feature/{feature_id}", action="end", actor=actor, now=now, data=data)
    except IntegrityError as error:
        raise OverlappingValidity(place=str(feature_id)) from error
    return feature


@transaction.atomic
def charge_units(
    *,
    layers: Mapping[str, UUID | None],
    features: Mapping[UUID, UUID | None],
    actor: Actor,
    now: datetime,
) -> int:
    """Say which unit keeps each layer (by code) and is responsible for each feature (by id); None: nobody.

    Returns how many were changed. UnknownPlace. The number of queries grows with the units named, not with the places.
    """
    actor.require(permissions.DEFINE_LAYERS)
    touched = hold(Layer.objects.filter(pk__in=Feature.objects.filter(pk__in=features).values("layer")))
    of_features = _charge(Feature, "responsible_unit_id", features)
    changed = [*_charge(Layer, "owner_unit_id", layers), *of_features]
    if of_features:
        touch(touched, actor, now)
    audit.record_all(
        audit.entry(subject=subject, action="charge", actor=actor, now=now, data=data) for subject, data in changed
    )
    return len(changed)


def _charge(
    model: type[Layer] | type[Feature], field: str, wanted: Mapping[Any, UUID | None]
) -> list[tuple[str, dict[str, str]]]:
    """Write the units of one kind of place; what was changed, as subjects and data of the audit trail."""
    manager: Any = model._default_manager
    before = dict(manager.filter(pk__in=wanted).select_for_update().values_list("pk", field))
    for missing in wanted.keys() - before.keys():
        raise UnknownPlace(place=str(missing))
    changed = [key for key, unit in wanted.items() if before[key] != unit]
    for unit in {wanted[key] for key in changed}:
        manager.filter(pk__in=[key for key in changed if wanted[key] == unit]).update(**{field: unit})
    label = model._meta.label_lower
    return [(f"{label}/{key}", {"before": str(before[key] or ""), "unit": str(wanted[key] or "")}) for key in changed]


def add_lane(
    *, code: str, name_zh: str, name_en: str, area_code: str, geom: GEOSGeometry, actor: Actor, now: datetime
) -> Lane:
    """Add a street or lane by its centre line. Raises UnknownPlace (area), AlreadyThere, UnusableGeometry."""
    require(actor, permissions.DEFINE_AREAS, area_code)
    with transaction.atomic():
        if not Area.objects.filter(pk=area_code).exists():
            raise UnknownPlace(place=area_code)
        if Lane.objects.filter(area=area_code, code=code).exists():
            raise AlreadyThere(place=code)
        lane = Lane.objects.create(code=code, name_zh=name_zh, name_en=name_en, area_id=area_code, geom=checked(geom))
        audit.record(subject=f"geography.lane/{lane.pk}", action="add", actor=actor, now=now)
    return lane


def _check_dates(valid_from_date: date, valid_to_date: date | None) -> None:
    if valid_to_date is not None and valid_to_date <= valid_from_date:
        raise Invalid(_("The validity ends before it begins."))


def _check_zone(layer: Layer, attributes: Mapping[str, Any]) -> None:
    if layer.kind == LayerKind.ZONE and (faults := faults_of(attributes)):
        raise Invalid(fields={"attributes": " ".join(f"{fault.label} {ADVICE[fault]}" for fault, _detail in faults)})
