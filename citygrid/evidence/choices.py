from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 9  # photos of one report or step
MOST_BOXES = 50  # hidden in one picture


class Kind(TextChoices):
    PHOTO = "photo", _("Photo")
    AUDIO = "audio", _("Recording")
    VIDEO = "video", _("Film")


class Format(TextChoices):
    """The formats that are accepted; those of photos have the decoder's names."""

    JPEG = "JPEG", "JPEG"
    PNG = "PNG", "PNG"
    WEBP = "WEBP", "WebP"
    WEBM = "WEBM", "WebM"
    OGG = "OGG", "Ogg"
    MP4 = "MP4", "MP4"
    MOV = "MOV", "QuickTime"
    MP3 = "MP3", "MP3"
    WAV = "WAV", "WAV"


class MediaState(TextChoices):
    RECEIVED = "received", _("Being prepared")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused")
    REMOVED = "removed", _("No longer kept")


class Role(TextChoices):
    """What a photo shows: the place before or after the work, or the scene in general."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
    SCENE = "scene", _("Scene")


class Rendition(TextChoices):
    """The files of one medium. All but the original are made anew and hold no metadata; a poster has a film alone."""

    ORIGINAL = "original", _("Original")
    PUBLIC = "public", _("Public copy")
    THUMBNAIL = "thumbnail", _("Thumbnail")
    POSTER = "poster", _("Still picture")


class StreamState(TextChoices):
    """A live stream: it runs, or pieces of it are still awaited; then it is a film, or was no film."""

    LIVE = "live", _("Live")
    ENDING = "ending", _("Ended, being kept")
    KEPT = "kept", _("Kept as a film")
    REFUSED = "refused", _("Refused")


class Hidden(TextChoices):
    """What a part of a picture shows that nobody but those who may see the original should."""

    FACE = "face", _("Face")
    PLATE = "plate", _("Number plate")
    OTHER = "other", _("Something else")
