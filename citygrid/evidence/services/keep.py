import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from citygrid.evidence import models, permissions
from citygrid.evidence.choices import MediaState
from citygrid.evidence.media import store
from citygrid.evidence.services.base import delete_files, record
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, system_actor

GRACE = timedelta(hours=24)  # a younger file may belong to a photo that is just coming in
SLOW = timedelta(hours=1)
UNCLAIMED = timedelta(days=7)  # a photo nobody attached to anything is kept so long
log = logging.getLogger(__name__)


@dataclass
class ScrubReport:
    """What the scrubber found. Names are those of the storage; `waiting`: photos unprocessed for an hour."""

    checked: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def problems(self) -> dict[str, list[str]]:
        """What is wrong, by kind; empty when all is well."""
        kinds = ("missing", "changed", "orphans", "waiting")
        return {kind: names for kind in kinds if (names := getattr(self, kind))}


def scrub(*, actor: Actor, now: datetime) -> ScrubReport:
    """Hash every stored original again; report what is missing, changed, without a row, or was never processed."""
    actor.require(permissions.SCRUB)
    report = ScrubReport()
    known: set[str] = set()
    for media in models.Media.objects.order_by("id").iterator(chunk_size=1_000):
        names = media.files
        if media.original and media.original not in known:
            _scrub_one(media, report)
        report.missing += [name for name in names[1:] if name not in known and not store.exists(name)]
        known.update(names)
    report.orphans = [name for name in store.names(now - GRACE) if name not in known]
    late = models.Media.objects.filter(state=MediaState.RECEIVED, received_at__lt=now - SLOW)
    report.waiting = [str(media_id) for media_id in late.values_list("pk", flat=True)]
    counts = {kind: len(names) for kind, names in report.problems.items()}
    with transaction.atomic():
        data = {"checked": report.checked, **counts}
        audit.record(subject="evidence.store", action="scrub", actor=actor, now=now, data=data)
    if counts:
        log.error("evidence: %s", counts)
    return report


def purge(*, now: datetime) -> int:
    """Remove the files of photos whose time is over; returns how many photos. Their rows stay and say so.

    Over is the time of photos past their date, of those that belonged to nothing for a week, and, a day after they
    came, of those the decoder refused (they keep their reason). Rows are changed first, files deleted last.
    """
    is_over = Q(retain_until_date__lt=timezone.localdate(now))
    is_over |= Q(attachments=None, received_at__lt=now - UNCLAIMED)
    is_refused = Q(state=MediaState.REFUSED, received_at__lt=now - GRACE) & ~Q(original="")
    rows = models.Media.objects.exclude(state=MediaState.REMOVED)
    ids = list(rows.filter(is_over | is_refused).values_list("pk", flat=True).distinct())
    return sum(_remove(media_id, is_over, now) for media_id in ids)


def _remove(media_id: UUID, is_over: Q, now: datetime) -> bool:
    with transaction.atomic():
        media = models.Media.objects.select_for_update().get(pk=media_id)
        if models.Media.objects.filter(is_over, pk=media_id).exists():
            media.state, media.refusal, media.taken_at, media.taken_where = MediaState.REMOVED, "", None, None
        elif media.state != MediaState.REFUSED:  # attached while this was waiting
            return False
        names = media.files
        media.original = media.public = media.thumbnail = media.poster = ""
        media.save()
        data = {"sha256": media.sha256, "size": media.size, "files": len(names)}
        record(media, "remove", system_actor("retention"), now, data)
    delete_files(media.sha256, names)
    return True


def _scrub_one(media: models.Media, report: ScrubReport) -> None:
    report.checked += 1
    report.bytes += media.size
    try:
        if store.digest_of(media.original) != media.sha256:
            report.changed.append(media.original)
    except FileNotFoundError:
        report.missing.append(media.original)
