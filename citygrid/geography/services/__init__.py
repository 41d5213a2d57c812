"""Writes of geography: one verb, one transaction."""

from citygrid.geography.services.areas import define_district
from citygrid.geography.services.grids import GroupIn, cut_unit_grids, group_unit_grids, put_groups
from citygrid.geography.services.imports import (
    AreaTarget,
    ImportReport,
    import_areas,
    import_features,
    import_lanes,
)
from citygrid.geography.services.layers import add_feature, add_lane, add_layer, charge_units, end_feature
from citygrid.geography.services.sources import Source, open_source

__all__ = [
    "AreaTarget",
    "GroupIn",
    "ImportReport",
    "Source",
    "add_feature",
    "add_lane",
    "add_layer",
    "charge_units",
    "cut_unit_grids",
    "define_district",
    "end_feature",
    "group_unit_grids",
    "import_areas",
    "import_features",
    "import_lanes",
    "open_source",
    "put_groups",
]
