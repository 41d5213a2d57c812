"""Writes of the inventory: single components, and whole files of them."""

from citygrid.inventory.services.components import LONGEST_REASON, ComponentIn, add_component, change, change_state
from citygrid.inventory.services.drafts import SCHEME
from citygrid.inventory.services.imports import Finding, ImportReport, import_components, rows_of_file
from citygrid.inventory.services.sheetrows import judge_rows, put_rows

__all__ = [
    "LONGEST_REASON",
    "SCHEME",
    "ComponentIn",
    "Finding",
    "ImportReport",
    "add_component",
    "change",
    "change_state",
    "import_components",
    "judge_rows",
    "put_rows",
    "rows_of_file",
]
