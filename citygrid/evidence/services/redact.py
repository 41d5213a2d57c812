from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, permissions, queries
from citygrid.evidence.choices import Kind, MediaState
from citygrid.evidence.registry import Box
from citygrid.evidence.rules import hiding
from citygrid.evidence.services.base import alone_with, delete_files, record, to_process
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound

SHOWN = (MediaState.RECEIVED, MediaState.READY)


def redact(*, media_id: UUID, boxes: Sequence[Box], actor: Actor, now: datetime) -> models.Redaction:
    """Hide these parts, and no others, in the copies of a photo or film, and of whatever has the same content.

    Where that changes the copies, the old ones are gone from sight at once and from the disk after the commit; new
    ones are made from the original by the usual job. No boxes say that somebody looked and found nothing to hide.
    NotFound (404) for what the actor does not see or what has no copies, NothingToHide (409) for a recording;
    TooManyBoxes, BoxOutside (400).
    """
    actor.require(permissions.REDACT)
    media = queries.media(media_id, actor)
    if media.state not in SHOWN:
        raise NotFound(what=_("photo"))
    if media.kind == Kind.AUDIO:
        raise errors.NothingToHide()
    kept = [asdict(box) for box in hiding.checked(boxes)]
    with alone_with(media.sha256):
        before = latest(media.sha256)
        redaction = models.Redaction.objects.create(
            sha256=media.sha256,
            number=before.number + 1 if before else 1,
            boxes=kept,
            decided_at=now,
            decided_by_id=actor.account_id,
        )
        is_changed = kept != (before.boxes if before else [])
        same = models.Media.objects.select_for_update().filter(sha256=media.sha256, state__in=SHOWN).order_by("pk")
        for each in same:
            _follow(each, redaction, is_changed, actor, now)
    return redaction


def latest(digest: str) -> models.Redaction | None:
    """What the copies of this content hide."""
    return models.Redaction.objects.filter(sha256=digest).order_by("-number").first()


def boxes_of(media: models.Media) -> list[Box]:
    """The parts its copies hide."""
    return [Box(**box) for box in media.redaction.boxes] if media.redaction else []


def _follow(media: models.Media, redaction: models.Redaction, is_changed: bool, actor: Actor, now: datetime) -> None:
    media.redaction = redaction
    if is_changed:
        old = media.files[1:]
        media.state, media.public, media.thumbnail, media.poster = MediaState.RECEIVED, "", "", ""
        to_process(media)
        transaction.on_commit(partial(delete_files, media.sha256, old))
    media.save()
    kinds = sorted(box["kind"] for box in redaction.boxes)
    record(media, "redact", actor, now, {"number": redaction.number, "hidden": kinds})
