from enum import StrEnum

VERSION = 1  # of what a phone is told; raised when a copy that a phone kept can no longer be read
DEVICE_KEY = "device_id"  # in the session, from the enrolment on: a device silent about itself is known too
MOST_AT_ONCE, MOST_POSITIONS = 500, 20_000  # positions of one call, and of one patrol


class CodeKind(StrEnum):
    """What a code that was scanned stands for."""

    COMPONENT = "component"
    CASE = "case"
    RECEIPT = "receipt"
    PLACE = "place"
