"""Pure rules: what a file is made of, and whether it fits the place and time it is shown for."""

from citygrid.evidence.rules.container import Container, inspect
from citygrid.evidence.rules.film import Film
from citygrid.evidence.rules.fit import Comparison, compare, instant, position
from citygrid.evidence.rules.live import MOST_PIECE_BYTES, MOST_PIECES, extension, first_missing, part_at
from citygrid.evidence.rules.names import kind_of
from citygrid.evidence.rules.tus import Checksum, hasher

__all__ = [
    "MOST_PIECES",
    "MOST_PIECE_BYTES",
    "Checksum",
    "Comparison",
    "Container",
    "Film",
    "compare",
    "extension",
    "first_missing",
    "hasher",
    "inspect",
    "instant",
    "kind_of",
    "part_at",
    "position",
]
