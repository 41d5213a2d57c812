"""Why a photo is refused. The codes are also what a photo keeps that its decoder refused."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, Words


class PhotoRefused(Invalid):
    """A file that is not taken as evidence. Nothing of it was kept when it was refused on arrival."""

    code = "evidence.photo_refused"
    message = _("This file cannot be used as a photo.")
    hint = _("Send a JPEG, PNG or WebP photo as the camera made it.")


class PhotoEmpty(PhotoRefused):
    code = "evidence.empty"
    message = _("This file is empty.")


class PhotoTooLarge(PhotoRefused):
    code, status = "evidence.too_large", 413
    message = _("This file is larger than the %(most)s MB that are allowed.")
    hint = _("Send a smaller photo.")


class FormatUnknown(PhotoRefused):
    code, status = "evidence.format_unknown", 415
    message = _("This is not a photo in a format that is accepted here.")


class HeicRefused(FormatUnknown):
    code = "evidence.heic"
    message = _("HEIC photos cannot be read here.")
    hint = _("Set the camera of the phone to “most compatible” (JPEG), or send the photo as JPEG.")


class ExtensionMismatch(PhotoRefused):
    code = "evidence.extension_mismatch"
    message = _("The name of this file says %(extension)s, but its content is %(format)s.")
    hint = _("Send the photo under the name the camera gave it.")


class PhotoTruncated(PhotoRefused):
    code = "evidence.truncated"
    message = _("This photo is cut short.")
    hint = _("Send it again.")


class PhotoMalformed(PhotoRefused):
    code = "evidence.malformed"
    message = _("This photo is damaged.")


class PhotoPolyglot(PhotoRefused):
    code = "evidence.polyglot"
    message = _("This file hides other content in a photo.")


class TooManyPixels(PhotoRefused):
    code = "evidence.too_many_pixels"
    message = _("This picture has more pixels than can be handled.")
    hint = _("Send a smaller photo.")


class PhotoAnimated(PhotoRefused):
    code = "evidence.animated"
    message = _("This picture moves; a photo has one frame.")


class MetadataTooLarge(PhotoRefused):
    code = "evidence.metadata_too_large"
    message = _("This photo carries more metadata than a camera writes.")


class TooCostly(PhotoRefused):
    code = "evidence.too_costly"
    message = _("This photo takes more time or memory to read than a photo may.")


class Undecodable(PhotoRefused):
    code = "evidence.undecodable"
    message = _("This photo cannot be decoded.")


class TooManyPhotos(Invalid):
    code = "evidence.too_many_photos"
    message = _("At most %(most)s photos can be handed in at once.")


class RefusedBefore(Conflict):
    code = "evidence.refused_before"
    message = _("One of the photos was refused: %(reason)s")
    hint = _("Leave it out, or send another photo.")


REFUSALS: dict[str, type[PhotoRefused]] = {
    cls.code: cls
    for cls in (TooManyPixels, PhotoAnimated, MetadataTooLarge, TooCostly, Undecodable, PhotoMalformed, PhotoTruncated)
}


def words_of(code: str) -> Words:
    """Why a photo was refused, in the active language; empty for no code."""
    return REFUSALS.get(code, PhotoRefused).message if code else ""
