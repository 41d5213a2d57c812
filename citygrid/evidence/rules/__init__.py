"""Pure rules: what a photo file is made of, and whether a photo fits the place and time it is shown for."""

from citygrid.evidence.rules.container import Container, check_name, inspect
from citygrid.evidence.rules.fit import Comparison, compare, instant, position
from citygrid.evidence.rules.tus import Checksum, hasher

__all__ = ["Checksum", "Comparison", "Container", "check_name", "compare", "hasher", "inspect", "instant", "position"]
