"""Pure rules: what a photo file is made of, and whether a photo fits the place and time it is shown for."""

from citygrid.evidence.rules.container import Container, inspect
from citygrid.evidence.rules.fit import Comparison, compare, instant, position

__all__ = ["Comparison", "Container", "compare", "inspect", "instant", "position"]
