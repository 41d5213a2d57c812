"""What corrections say, in words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import get_language

from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.inventory import queries as inventory

Correction = Mapping[str, Mapping[str, Any]]


class Changed(NamedTuple):
    """One thing that was corrected: category, component (its name and number), area, location or address.

    Before and after, "" where not known or none.
    """

    what: str
    was: str
    now: str


class CorrectionWords:
    """The words of corrections (as steps record them) in the active language; names are read together."""

    def __init__(self, corrections: Iterable[Correction]) -> None:
        sides = [each[side] for each in corrections for side in ("was", "now")]
        components = {side["component"] for side in sides if side.get("component")}
        self.components = inventory.spoken(components) if components else {}
        keys = {side["category"] for side in sides if side.get("category")}
        codes = {side["area"] for side in sides if side.get("area")}
        self.categories = catalogue.categories(keys) if keys else {}
        self.places = geography.place_names(codes, get_language() or "zh-hans") if codes else {}

    def of(self, correction: Correction) -> list[Changed]:
        """Everything that one correction changed."""
        was, now = correction["was"], correction["now"]
        words: dict[str, Callable[[Any], str]] = {
            "category": self._category,
            "component": lambda identifier: self.components.get(identifier, identifier or ""),
            "area": lambda code: self.places.get(code, code),
            "location": lambda at: f"{at[0]:.6f}, {at[1]:.6f}" if at else "",
            "address": str,
        }
        return [Changed(name, told(was[name]), told(now[name])) for name, told in words.items() if name in now]

    def _category(self, key: str | None) -> str:
        return self.categories[key].name if key in self.categories else key or ""
