"""Writes of the catalogue: one verb, one transaction."""

from citygrid.catalogue.rules import CategoryIn, SchemeIn, StandardIn
from citygrid.catalogue.services.standards import (
    Loaded,
    define_categories,
    define_scheme,
    load_catalogue,
    publish_standard,
    publish_standards,
    withdraw_standard,
    withdraw_standards,
)

__all__ = [
    "CategoryIn",
    "Loaded",
    "SchemeIn",
    "StandardIn",
    "define_categories",
    "define_scheme",
    "load_catalogue",
    "publish_standard",
    "publish_standards",
    "withdraw_standard",
    "withdraw_standards",
]
