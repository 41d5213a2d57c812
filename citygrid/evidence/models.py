from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from citygrid.evidence.choices import Format, Kind, MediaState, Role, StreamState
from citygrid.evidence.permissions import WATCH_STREAM
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix


class Media(models.Model):
    """One photo, recording or film as it was handed in, and the copies made of it.

    It has no scope of its own: who sees it is asked of what it is attached to (`registry.owners`), in `queries`.
    `original`, `public`, `thumbnail`, `poster`: names in the evidence storage, made from the hash of the original.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PHOTO)
    format = models.CharField(max_length=10, choices=Format)
    state = models.CharField(max_length=10, choices=MediaState, default=MediaState.RECEIVED)
    refusal = models.CharField(max_length=60, blank=True, help_text="code of errors.REFUSALS")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="of the original, in hexadecimal")
    size = models.PositiveBigIntegerField(help_text="of the original, in bytes")
    width = models.PositiveIntegerField(help_text="as stored, before it is turned upright")
    height = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, help_text="of a recording or a film, once it is known")
    taken_at = models.DateTimeField(null=True, help_text="as the camera says")
    taken_where = PointField(null=True, help_text="as the camera says, WGS-84")
    original = models.CharField(max_length=120, blank=True, help_text="empty once it is no longer kept")
    public = models.CharField(max_length=120, blank=True)
    thumbnail = models.CharField(max_length=120, blank=True)
    poster = models.CharField(max_length=120, blank=True, help_text="a still picture of a film")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("access.Account", null=True, on_delete=models.PROTECT, related_name="+")
    retain_until_date = models.DateField(null=True, help_text="null: as long as what it belongs to")
    redaction = models.ForeignKey(
        "Redaction", null=True, on_delete=models.PROTECT, related_name="+", help_text="what its copies hide"
    )

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="received"), name="media_to_process"),
            models.Index(fields=["retain_until_date"], condition=~Q(state="removed"), name="media_to_remove"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="media_hash_is_sha256"),
            models.CheckConstraint(
                condition=Q(state="received", refusal="", public="")
                | (Q(state="ready", refusal="") & ~Q(public="") & (Q(kind="audio") | ~Q(thumbnail="")))
                | (Q(state="refused", public="") & ~Q(refusal=""))
                | Q(state="removed", original="", public="", thumbnail="", poster=""),
                name="media_is_as_its_state_says",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"

    @property
    def files(self) -> list[str]:
        """The names of what is stored, the original first."""
        return [name for name in (self.original, self.public, self.thumbnail, self.poster) if name]


class Redaction(models.Model):
    """Which parts of a picture its copies hide, and who looked at it last. The newest of a content is in force.

    It belongs to the content, so that the same photo handed in again, by whomever, hides the same. No boxes: somebody
    looked and found nothing to hide. Never changed or deleted.
    """

    sha256 = models.CharField(max_length=64, help_text="of the original, in hexadecimal")
    number = models.PositiveIntegerField(help_text="of this content, from 1")
    boxes = models.JSONField(help_text="list of kind, left, top, width, height (registry.Box)")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("access.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "number"], name="redaction_number_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.number}"


class Attachment(models.Model):
    """A photo belongs to a record of a module above, named by a registered kind and an id. Never undone."""

    media = models.ForeignKey(Media, on_delete=models.PROTECT, related_name="attachments")
    owner_kind = models.CharField(max_length=40)
    owner_id = models.UUIDField()
    role = models.CharField(max_length=10, choices=Role)
    attached_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner_id", "owner_kind"], name="attachment_by_owner")]
        constraints = [
            models.UniqueConstraint(fields=["media", "owner_kind", "owner_id", "role"], name="attached_once"),
        ]

    def __str__(self) -> str:
        return f"{self.media_id} {self.role} {self.owner_kind}/{self.owner_id}"


class Upload(models.Model):
    """A file on its way, in pieces that may be cut off. `offset` bytes of it are on the disk for good.

    Who sends a piece is its `holder` until `held_until`; a later one takes over from a request that hangs, whose
    pieces are then refused. A finished upload keeps the id of its medium, for who did not hear the last answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, help_text="as the sender promised, in hexadecimal")
    length = models.PositiveBigIntegerField(help_text="of the whole file, in bytes")
    offset = models.PositiveBigIntegerField(default=0, help_text="bytes that have arrived")
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    began_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    media = models.ForeignKey(Media, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")) & (Q(media=None) | Q(offset=F("length"))),
                name="upload_is_within_its_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} {self.offset}/{self.length}"


class LiveStreamQuerySet(ScopedQuerySet):
    """One's own, and those of the areas a post reaches that may watch them."""

    def scope_for(self, actor: Actor) -> Q:
        own = Q(account_id__isnull=False, account_id=actor.account_id)
        if not actor.may(WATCH_STREAM) or actor.reach.units is not None:
            return own
        scope = any_prefix("area_code", actor.reach.areas)
        return scope | own if scope else scope  # an empty condition is all: nothing widens it


class LiveStream(ScopedModel):
    """Video that a phone sends while it is recorded, under an id the phone made, in numbered pieces from 0.

    The place is where the phone was last; where it was before is not kept. `next`: the first number that is missing;
    `pieces`: how many there are in all, once its sender has said so. The whole becomes a film (`media`).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey("access.Account", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("access.Post", on_delete=models.PROTECT, related_name="+")
    mime_type = models.CharField(max_length=100)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=StreamState, default=StreamState.LIVE)
    refusal = models.CharField(max_length=60, blank=True, help_text="code of errors.REFUSALS")
    location = PointField(help_text="WGS-84")
    frame = models.CharField(max_length=10, help_text="frame the coordinates came in")
    area_code = AreaCodeField(blank=True)
    next = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes that have arrived")
    began_at = models.DateTimeField()
    heard_at = models.DateTimeField(help_text="when its last piece came")
    ended_at = models.DateTimeField(null=True)
    media = models.ForeignKey(Media, null=True, on_delete=models.PROTECT, related_name="+")
    shown_with = ArrayField(models.CharField(max_length=80), default=list, blank=True, help_text="kind/id of records")
    zone = models.JSONField(null=True, help_text="the first forbidden zone its phone was in, as it was then")
    marked_at = models.DateTimeField(null=True, help_text="when it was there first")

    objects = LiveStreamQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(fields=["area_code", "began_at"], condition=Q(state="live"), name="stream_live"),
            models.Index(fields=["heard_at"], condition=Q(state="ending"), name="stream_ending"),
            models.Index(fields=["area_code", "marked_at"], condition=Q(zone__isnull=False), name="stream_in_zone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="live"), name="one_live_stream_an_account"),
            models.CheckConstraint(
                condition=Q(state="live", ended_at=None) | (~Q(state="live") & Q(ended_at__isnull=False)),
                name="stream_that_is_not_live_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="kept", media__isnull=False) | (~Q(state="kept") & Q(media=None)),
                name="stream_that_is_kept_is_a_film",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"

    @property
    def in_zone(self) -> geography.KeptZone | None:
        """The first forbidden zone its phone was in, in the active language."""
        return geography.KeptZone.of(self.zone)


class StreamPiece(models.Model):
    """One piece of a live stream that has arrived for good."""

    stream = models.ForeignKey(LiveStream, on_delete=models.PROTECT, related_name="arrived")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="in bytes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="one_piece_a_number")]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.number}"
