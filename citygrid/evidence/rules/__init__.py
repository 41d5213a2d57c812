"""Pure rules: what a file is made of, and whether it fits the place and time it is shown for."""

from citygrid.evidence.rules.container import Container, inspect
from citygrid.evidence.rules.film import Film
from citygrid.evidence.rules.fit import Comparison, compare, instant, position
from citygrid.evidence.rules.names import kind_of
from citygrid.evidence.rules.tus import Checksum, hasher

__all__ = [
    "Checksum",
    "Comparison",
    "Container",
    "Film",
    "compare",
    "hasher",
    "inspect",
    "instant",
    "kind_of",
    "position",
]
