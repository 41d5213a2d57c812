"""What the name of a file says it is."""

from citygrid.evidence import errors
from citygrid.evidence.rules import container, film


def kind_of(filename: str) -> str:
    """What a file of this name can be at most: a film, a recording, a photo. FormatUnknown, HeicRefused (415)."""
    told = film.extension(filename)
    if told in container.HEIC_NAMES:
        raise errors.HeicRefused()
    if told in container.FORMATS:
        return "photo"
    if told not in film.FORMATS:
        raise errors.FormatUnknown()
    return "audio" if told in film.SOUND_ONLY else "video"
