"""Identifiers of components: 6 digits district, 5 category (major 2, minor 3), 6 sequence.

Structure from GB/T 47678.5-2026 as publicly transcribed; earlier standards used 16 digits (6 + 2 + 2 + 6).
"""

LENGTH, ALIAS_LENGTH = 17, 16
MOST = 999_999


def component_id(district: str, category_code: str, sequence: int) -> str:
    """The 17 digits of a component. ValueError when a part does not fit."""
    if len(district) != 6 or len(category_code) != 5 or not 1 <= sequence <= MOST:
        raise ValueError(f"no identifier of {district!r}, {category_code!r}, {sequence}")
    return f"{district}{category_code}{sequence:06d}"


def parts(identifier: str) -> tuple[str, str, int]:
    """District, category code and sequence of a 17-digit identifier."""
    return identifier[:6], identifier[6:11], int(identifier[11:])
