"""Photos on the pages: the field that hands them in, and how they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.evidence import permissions
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.evidence.choices import MOST_AT_ONCE, Kind, MediaState, Role
from citygrid.evidence.errors import PhotoRefused
from citygrid.kernel.actor import Actor
from citygrid.ui.formats import distance_words

ACCEPTED = (
    "image/jpeg,image/png,image/webp,audio/webm,audio/ogg,audio/mp4,audio/mpeg,audio/wav,"
    "video/webm,video/mp4,video/quicktime"
)
PREFIX = "photo_"  # the procedures' words for photos are this and a role
LABELS = {
    Role.BEFORE: gettext_lazy("Photos of the problem"),
    Role.AFTER: gettext_lazy("Photos after the work"),
    Role.SCENE: gettext_lazy("Photos of the place as found"),
}


class ManyFiles(forms.ClearableFileInput):
    """The browser's own chooser of files, for several at once; on a phone it offers the camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos. What is no photo is told when they are handed in (`hand_in`)."""

    def __init__(self, role: str, *, required: bool = False) -> None:
        super().__init__(
            label=LABELS[Role(role)],
            required=required,
            widget=ManyFiles(attrs={"accept": ACCEPTED, "multiple": True}),
            help_text=format_lazy(gettext_lazy("At most {most}, as the camera made them."), most=MOST_AT_ONCE),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files that were chosen."""
        files = [file for file in data or [] if file]
        if not files:
            super().clean(None, initial)
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)s photos at once.") % {"most": MOST_AT_ONCE})
        return files


@dataclass(frozen=True)
class Shown:
    """A photo with what is said below it, and why it is not there if it is not.

    `length`: what it is and how long, of a recording or a film; "" of a photo. `hide_url`: where parts of it are
    hidden, for who may; `hidden`: what is hidden so far, once somebody looked.
    """

    photo: evidence.Photo
    fit: str
    missing: str
    length: str = ""
    hide_url: str = ""
    hidden: str = ""


@dataclass(frozen=True)
class Group:
    """Photos that show the same: before, after, or the scene."""

    title: str
    photos: list[Shown]


def hand_in(form: forms.Form, actor: Actor, now: datetime) -> dict[str, tuple[UUID, ...]]:
    """Receive the photos of a valid form; ids by role. What is refused is named on its field, file by file.

    A photo that was received stays when another is refused: sent again, it is the same one.
    """
    received: dict[str, tuple[UUID, ...]] = {}
    fields = [name for name, field in form.fields.items() if isinstance(field, PhotosField)]
    for name in fields:
        ids = []
        for file in form.cleaned_data[name]:
            try:
                media = evidence_services.receive_photo(content=file, filename=file.name, actor=actor, now=now)
                ids.append(media.pk)
            except PhotoRefused as refusal:
                form.add_error(name, f"{file.name}: {refusal} {refusal.advice}")
        if ids:
            received[name.removeprefix(PREFIX)] = tuple(ids)
    return received


def may_hand_in(actor: Actor) -> bool:
    """Whether this post may hand photos in at all."""
    return actor.may(permissions.RECEIVE)


def groups(photos: Iterable[evidence.Photo], actor: Actor, page: str) -> list[Group]:
    """Photos for the page of this address, before the work first; those no longer kept are left out."""
    kept = [photo for photo in photos if photo.media.state != MediaState.REMOVED]
    back = page if actor.may(permissions.REDACT) else ""
    found = [Group(str(role.label), [_shown(photo, back) for photo in kept if photo.role == role]) for role in Role]
    return [group for group in found if group.photos]


def hide_address(media_id: UUID, back: str) -> str:
    """Where parts of a picture are hidden, leading back to the page it is shown on."""
    return f"{reverse('photo-hide', args=[media_id])}?{urlencode({'back': back})}"


def _shown(photo: evidence.Photo, back: str) -> Shown:
    media = photo.media
    if media.state == MediaState.READY:
        hide_url = hide_address(media.pk, back) if back and media.kind != Kind.AUDIO else ""
        return Shown(photo, _fit_words(photo), "", _length_words(photo), hide_url, _hidden_words(media))
    return Shown(photo, "", evidence.refusal_words(photo.media) or str(MediaState(photo.media.state).label))


def _hidden_words(media: Any) -> str:
    """Whether a copy hides something, once somebody looked."""
    if media.redaction is None:
        return ""
    return _("parts are hidden") if media.redaction.boxes else _("nothing to hide")


def _length_words(photo: evidence.Photo) -> str:
    """What a recording or a film is, and how long."""
    if photo.media.kind == Kind.PHOTO:
        return ""
    minutes, seconds = divmod(max(1, round(photo.media.seconds or 0)), 60)
    told = {"kind": str(Kind(photo.media.kind).label), "minutes": str(minutes), "seconds": str(seconds)}
    if minutes:
        return _("%(kind)s, %(minutes)s min %(seconds)s s") % told
    return _("%(kind)s, %(seconds)s s") % told


def _fit_words(photo: evidence.Photo) -> str:
    """Where and when the camera says it was taken, against the place and the moment it was handed in."""
    fit = photo.fit
    told = []
    if fit.distance_m is not None:
        told.append(_("taken %(distance)s from the place") % {"distance": distance_words(fit.distance_m)})
    if fit.minutes is not None:
        told.append(_age_words(fit.minutes))
    return _(", ").join(told) or _("the photo does not say where or when it was taken")


def _age_words(minutes: float) -> str:
    if minutes < 1:
        return _("just before it was handed in")
    if minutes < 120:
        return _("%(count)s min before it was handed in") % {"count": f"{minutes:.0f}"}
    if minutes < 48 * 60:
        return _("%(count)s h before it was handed in") % {"count": f"{minutes / 60:.0f}"}
    return _("%(count)s days before it was handed in") % {"count": f"{minutes / 1440:.0f}"}
