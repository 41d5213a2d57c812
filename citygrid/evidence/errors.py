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
    message = _("This is not a photo, recording or film in a format that is accepted here.")
    hint = _("Send JPEG, PNG or WebP; WebM, Ogg (Opus), MP4, MOV, MP3 or WAV.")


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
    message = _("This file is cut short.")
    hint = _("Send it again.")


class PhotoMalformed(PhotoRefused):
    code = "evidence.malformed"
    message = _("This photo is damaged.")


class PhotoPolyglot(PhotoRefused):
    code = "evidence.polyglot"
    message = _("This file hides other content.")


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
    message = _("This file takes more time or memory to read than it may.")


class Undecodable(PhotoRefused):
    code = "evidence.undecodable"
    message = _("This photo cannot be decoded.")


class FilmRefused(PhotoRefused):
    """A recording or a film that is not taken."""

    code = "evidence.unplayable"
    message = _("This recording cannot be played.")
    hint = _("Send it as the device recorded it.")


class CodecUnknown(FilmRefused):
    code = "evidence.codec_unknown"
    message = _("This recording is coded in a way that is not accepted here.")
    hint = _("Sound may be AAC, Opus, MP3 or WAV; films VP8 or VP9 (WebM), H.264 or HEVC (MP4, MOV).")


class TooLong(FilmRefused):
    code = "evidence.too_long"
    message = _("This recording is longer than is allowed.")
    hint = _("Send the part that matters.")


class TooManyFrames(FilmRefused):
    code = "evidence.too_many_frames"
    message = _("This film has more pictures than can be handled.")


class TooManyStreams(FilmRefused):
    code = "evidence.too_many_streams"
    message = _("This recording holds more tracks than a device writes.")


class NothingPlayable(FilmRefused):
    code = "evidence.nothing_playable"
    message = _("There is neither sound nor picture in this file.")


class TooManyBoxes(Invalid):
    code = "evidence.too_many_boxes"
    message = _("At most %(most)s parts of a picture can be hidden.")
    hint = _("Hide several things that are close together with one larger box.")


class BoxOutside(Invalid):
    code = "evidence.box_outside"
    message = _("Box %(number)s is outside the picture, too small, or of a kind that is not known.")
    hint = _("Draw it again. Nothing was changed.")


class CopyNotMade(Conflict):
    code = "evidence.copy_not_made"
    message = _("The copy of this photo is still being made.")
    hint = _("Ask again in a moment.")


class NothingToHide(Conflict):
    code = "evidence.nothing_to_hide"
    message = _("A recording has no picture: nothing can be hidden in it.")


class TooManyPhotos(Invalid):
    code = "evidence.too_many_photos"
    message = _("At most %(most)s photos can be handed in at once.")


class RefusedBefore(Conflict):
    code = "evidence.refused_before"
    message = _("One of the photos was refused: %(reason)s")
    hint = _("Leave it out, or send another photo.")


class UploadProblem(Invalid):
    """A resumable upload that cannot go on as it was asked."""

    code = "evidence.upload"
    kept: Words = _("What has arrived of this file is kept.")


class TusVersionUnknown(UploadProblem):
    code, status = "evidence.tus_version", 412
    message = _("Resumable uploads speak version 1.0.0 of the tus protocol here.")
    hint = _("Send the header “Tus-Resumable: 1.0.0”.")


class ChunkTypeUnknown(UploadProblem):
    code, status = "evidence.chunk_type", 415
    message = _("A piece of a file is sent as application/offset+octet-stream.")
    hint = _("Send the header “Content-Type: application/offset+octet-stream”.")


class MetadataUnreadable(UploadProblem):
    code = "evidence.upload_metadata"
    message = _("“%(name)s” in the header Upload-Metadata is missing or cannot be read.")
    hint = _("Send “filename” and, if you can, “sha256” (hexadecimal), each with its value in Base64.")


class ChecksumUnknown(UploadProblem):
    code = "evidence.checksum_unknown"
    message = _("The header Upload-Checksum cannot be used.")
    hint = _("Send sha256 or sha1, a space, and the hash of the piece in Base64.")


class ChecksumDiffers(UploadProblem):
    code, status = "evidence.checksum_differs", 460
    message = _("This piece of the file did not arrive as it was sent.")
    hint = _("Send the piece again.")


class PromiseBroken(UploadProblem):
    code, status = "evidence.promise_broken", 460
    message = _("The file that arrived is not the one that was announced: its SHA-256 differs.")
    kept = _("Nothing of this file is kept.")
    hint = _("Send the file again from its beginning.")


class OffsetDiffers(UploadProblem):
    code, status = "evidence.offset_differs", 409
    message = _("The next byte expected of this file is number %(offset)s.")
    hint = _("Ask how far the file has come (HEAD), and go on from there.")


class UploadBusy(UploadProblem):
    code, status = "evidence.upload_busy", 423
    message = _("Another request is just sending a piece of this file.")
    hint = _("Wait a few seconds, ask how far the file has come (HEAD), and go on from there.")


class ChunkTooLong(UploadProblem):
    code, status = "evidence.chunk_too_long", 413
    message = _("This piece leads beyond the end of the file that was announced.")


class UploadGone(UploadProblem):
    code, status = "evidence.upload_gone", 410
    message = _("The time of this upload is over; what had arrived was removed.")
    kept = _("Nothing of this file is kept.")
    hint = _("Send the file again from its beginning.")


class TooManyUploads(UploadProblem):
    code, status = "evidence.too_many_uploads", 429
    message = _("You have %(most)s files on their way; no more can be begun.")
    hint = _("Finish some of them, or give them up.")


class NoRoom(UploadProblem):
    code, status = "evidence.no_room", 503
    message = _("There is no room for this file at the moment.")
    kept = _("Nothing of this file is kept.")
    hint = _("Keep the file and try again later.")


class StreamProblem(Conflict):
    """Live video that cannot go on as it was asked."""

    code = "evidence.stream"
    kept: Words = _("What has arrived of this video is kept.")


class StreamTaken(StreamProblem):
    code = "evidence.stream_taken"
    message = _("Another account sends a video under this id.")
    hint = _("Make a new id.")


class TooManyLive(StreamProblem):
    code, status = "evidence.too_many_live", 503
    message = _("%(most)s videos are live; no more can be shown at once.")
    hint = _("Record on the device, or try again in some minutes.")


class PieceDiffers(StreamProblem):
    code = "evidence.piece_differs"
    message = _("Another piece arrived under number %(number)s before.")
    hint = _("Give each piece of a video a number of its own, from 0.")


class StreamOver(StreamProblem):
    code = "evidence.stream_over"
    message = _("This video has ended; nothing more belongs to it.")
    hint = _("Begin a new one.")


class PieceUnfit(StreamProblem):
    code, status = "evidence.piece_unfit", 413
    message = _("This video is longer than is allowed.")
    hint = _("End it, and begin a new one.")


class PieceTooLarge(StreamProblem):
    code, status = "evidence.piece_too_large", 413
    message = _("A piece of a video may have %(most)s MB.")
    hint = _("Cut it into pieces of about a second.")


class CountUnfit(StreamProblem):
    code = "evidence.count_unfit"
    message = _("This number of pieces contradicts what has arrived of the video, or what was said before.")
    hint = _("Ask what has arrived, and say how many pieces there are in all.")


class NotLive(StreamProblem):
    code = "evidence.not_live"
    message = _("This video is not live any more.")
    hint = _("Watch its recording, when it is ready.")


REFUSALS: dict[str, type[PhotoRefused]] = {
    cls.code: cls
    for cls in (
        *(TooManyPixels, PhotoAnimated, MetadataTooLarge, TooCostly, Undecodable, PhotoMalformed, PhotoTruncated),
        *(FilmRefused, CodecUnknown, TooLong, TooManyFrames, TooManyStreams, NothingPlayable),
    )
}


def words_of(code: str) -> Words:
    """Why a photo was refused, in the active language; empty for no code."""
    return REFUSALS.get(code, PhotoRefused).message if code else ""
