from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 9  # photos of one report or step


class Kind(TextChoices):
    PHOTO = "photo", _("Photo")


class Format(TextChoices):
    """The formats that are accepted; the values are the decoder's names."""

    JPEG = "JPEG", "JPEG"
    PNG = "PNG", "PNG"
    WEBP = "WEBP", "WebP"


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
    """The files of one photo. The two public ones are drawn anew and hold no metadata."""

    ORIGINAL = "original", _("Original")
    PUBLIC = "public", _("Public copy")
    THUMBNAIL = "thumbnail", _("Thumbnail")
