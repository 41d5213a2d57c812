"""Writes of the inventory: single components, and whole files of them."""

from citygrid.inventory.services.components import LONGEST_REASON, ComponentIn, add_component, change, change_state
from citygrid.inventory.services.imports import Finding, ImportReport, import_components, rows_of_file

__all__ = [
    "LONGEST_REASON",
    "ComponentIn",
    "Finding",
    "ImportReport",
    "add_component",
    "change",
    "change_state",
    "import_components",
    "rows_of_file",
]
