"""A draft becomes the layer from a day on, all of it at once; it can be undone while nothing is built on it."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.geography import permissions, queries
from citygrid.geography.errors import (
    DraftChanged,
    DraftEmpty,
    DraftFaulty,
    LaterVersions,
    LayerChanged,
    PublicationBuiltOn,
)
from citygrid.geography.models import Feature, Layer, LayerDraft, Publication
from citygrid.geography.queries import DraftEntry, DraftState
from citygrid.geography.services.drafts import BATCH, moment
from citygrid.geography.services.layers import touch
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import analyze
from citygrid.kernel.errors import Invalid, NotFound

MOST_NAMED = 10


@transaction.atomic
def publish_draft(
    *,
    layer_code: str,
    expected: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    from_date: date | None = None,
) -> Publication:
    """Let the draft of a layer hold from its day on, or from another; versions that were valid then end on that day.

    A version that would have begun on the same day is replaced. Raises NoDraft, DraftChanged, DraftEmpty,
    LayerChanged (naming who), LaterVersions (of a code), Invalid (ends before it begins), DraftFaulty (topology).
    """
    actor.require(permissions.DEFINE_LAYERS)
    layer = Layer.objects.select_for_update().filter(pk=layer_code).first()
    if from_date:
        LayerDraft.objects.filter(pk=layer_code, revision=expected).update(from_date=from_date)
    state = queries.draft_state(layer_code)
    if layer is None or state.draft.revision != expected:
        raise DraftChanged(who=state.draft.changed_by, at=moment(state.draft.changed_at))
    _refuse(state, layer, actor)
    changes = _write(state.entries, layer_code, state.draft.from_date)
    touch([layer_code], actor, now)
    publication = Publication.objects.create(
        layer=layer,
        from_date=state.draft.from_date,
        at=now,
        actor_label=actor.label,
        note=note,
        counts=state.counts,
        changes=changes,
        layer_revision=layer.revision + 1,
    )
    LayerDraft.objects.filter(pk=layer_code).delete()
    data = {"publication": str(publication.pk), "from_date": str(state.draft.from_date), **state.counts}
    audit.record(subject=f"geography.layer/{layer_code}", action="publish", actor=actor, now=now, data=data)
    return publication


@transaction.atomic
def undo_publication(*, publication_id: UUID, actor: Actor, now: datetime) -> Publication:
    """Change a layer back to what it was before a publication. Raises NotFound, PublicationBuiltOn."""
    actor.require(permissions.DEFINE_LAYERS)
    publication = Publication.objects.select_for_update().filter(pk=publication_id).first()
    if publication is None:
        raise NotFound(what=_("publication"))
    layer = Layer.objects.select_for_update().get(pk=publication.layer_id)
    if publication.undone_at or layer.revision != publication.layer_revision:
        raise PublicationBuiltOn()
    _write_back(publication.changes)
    touch([layer.code], actor, now)
    publication.undone_at, publication.undone_by = now, actor.label
    publication.save(update_fields=["undone_at", "undone_by"])
    data = {"publication": str(publication.pk)}
    audit.record(subject=f"geography.layer/{layer.code}", action="undo", actor=actor, now=now, data=data)
    return publication


def _refuse(state: DraftState, layer: Layer, actor: Actor) -> None:
    if not state.entries:
        raise DraftEmpty()
    if state.is_outdated:
        raise LayerChanged(who=layer.changed_by, at=moment(layer.changed_at) if layer.changed_at else "")
    codes = [one.code for one in state.entries]
    ends = {one.code: one.after.valid_to_date for one in state.entries if one.after.valid_to_date}
    if ended := [code for code, end in ends.items() if end <= state.draft.from_date]:
        raise Invalid(_("the validity ends before it begins: %(codes)s") % {"codes": ", ".join(ended[:MOST_NAMED])})
    later = Feature.objects.filter(layer=layer, code__in=codes, valid_from_date__gt=state.draft.from_date)
    if named := list(later.order_by("code").values_list("code", flat=True).distinct()[:MOST_NAMED]):
        raise LaterVersions(codes=", ".join(named))
    if faults := queries.faults_of_draft(state, actor):
        raise DraftFaulty(count=len(faults))


def _write(entries: Sequence[DraftEntry], layer_code: str, from_date: date) -> list[dict[str, Any]]:
    """End or replace what was valid, add what is drafted; what is needed to change it back."""
    replaced = [one.before for one in entries if one.before and one.before.valid_from_date == from_date]
    ended = [one.before for one in entries if one.before and one.before.valid_from_date < from_date]
    added = {
        one.code: Feature(
            layer_id=layer_code,
            code=one.code,
            name_zh=one.after.name_zh,
            name_en=one.after.name_en,
            geom=one.after.geom,
            responsible_unit_id=one.after.responsible_unit_id,
            attributes=one.after.attributes,
            valid_from_date=from_date,
            valid_to_date=one.after.valid_to_date,
        )
        for one in entries
        if not one.after.is_removed
    }
    Feature.objects.filter(pk__in=[one.pk for one in replaced]).delete()
    Feature.objects.filter(pk__in=[one.pk for one in ended]).update(valid_to_date=from_date)
    Feature.objects.bulk_create(added.values(), BATCH)
    analyze(Feature)
    ends = {one.code: [str(one.pk), str(one.valid_to_date or "")] for one in ended}
    images = {one.code: _image(one) for one in replaced}
    return [
        {
            "code": one.code,
            "added": str(added[one.code].pk) if one.code in added else None,
            "ended": ends.get(one.code),
            "replaced": images.get(one.code),
        }
        for one in entries
    ]


def _write_back(changes: Sequence[dict[str, Any]]) -> None:
    Feature.objects.filter(pk__in=[one["added"] for one in changes if one["added"]]).delete()
    ended = sorted((one["ended"] for one in changes if one["ended"]), key=lambda row: str(row[1]))
    for end, rows in groupby(ended, key=lambda row: str(row[1])):
        valid_to_date = date.fromisoformat(end) if end else None
        Feature.objects.filter(pk__in=[row[0] for row in rows]).update(valid_to_date=valid_to_date)
    Feature.objects.bulk_create([_restored(one["replaced"]) for one in changes if one["replaced"]], BATCH)


def _image(version: Feature) -> dict[str, Any]:
    """A whole version as JSON."""
    return {
        "id": str(version.pk),
        "layer_id": version.layer_id,
        "code": version.code,
        "name_zh": version.name_zh,
        "name_en": version.name_en,
        "geom": version.geom.hexewkb.decode(),
        "responsible_unit_id": str(version.responsible_unit_id) if version.responsible_unit_id else None,
        "attributes": version.attributes,
        "valid_from_date": str(version.valid_from_date),
        "valid_to_date": str(version.valid_to_date) if version.valid_to_date else None,
    }


def _restored(image: dict[str, Any]) -> Feature:
    dates = {name: date.fromisoformat(image[name]) if image[name] else None for name in DATES}
    return Feature(**{**image, **dates, "geom": GEOSGeometry(image["geom"])})


DATES = ("valid_from_date", "valid_to_date")
