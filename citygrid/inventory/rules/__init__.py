"""Pure decisions: how identifiers are put together, and what a row of a file says."""

from citygrid.inventory.rules.identifiers import LENGTH, MOST, component_id, parts
from citygrid.inventory.rules.rows import (
    COLUMNS,
    PARTIES,
    STANDARD_COLUMNS,
    Cells,
    Column,
    Row,
    Wrong,
    date_faults,
    missing,
    read_cells,
    read_headings,
    rows_of_features,
)

__all__ = [
    "COLUMNS",
    "LENGTH",
    "MOST",
    "PARTIES",
    "STANDARD_COLUMNS",
    "Cells",
    "Column",
    "Row",
    "Wrong",
    "component_id",
    "date_faults",
    "missing",
    "parts",
    "read_cells",
    "read_headings",
    "rows_of_features",
]
