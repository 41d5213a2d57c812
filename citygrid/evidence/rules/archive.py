"""Whether a file is also an archive."""

import re
from struct import unpack_from

ZIP_END, ZIP_ENTRY, ZIP_REACH = b"PK\x05\x06", b"PK\x01\x02", 22 + 65_535


def is_archive(content: bytes) -> bool:
    """Whether a ZIP directory ends near the file's end (PKWARE APPNOTE, 4.3.16): its size leads to its first entry."""
    reach = max(0, len(content) - ZIP_REACH)
    for end in re.finditer(re.escape(ZIP_END), content[reach:]):
        at = reach + end.start()
        if at + 22 <= len(content):
            (size,) = unpack_from("<I", content, at + 12)
            if content[max(0, at - size) :].startswith(ZIP_ENTRY):
                return True
    return False
