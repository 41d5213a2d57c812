"""Writes of geography: one verb, one transaction."""

from citygrid.geography.services.areas import define_district
from citygrid.geography.services.cutting import merge_outlines, split_outline
from citygrid.geography.services.drafts import (
    FeatureIn,
    FileReport,
    confirm_draft,
    draft_from_file,
    save_draft,
    throw_away,
)
from citygrid.geography.services.exports import export_layer
from citygrid.geography.services.grids import GroupIn, cut_unit_grids, group_unit_grids, put_groups
from citygrid.geography.services.imports import (
    AreaTarget,
    ImportReport,
    import_areas,
    import_features,
    import_lanes,
)
from citygrid.geography.services.layers import add_feature, add_lane, add_layer, charge_units, end_feature
from citygrid.geography.services.publications import publish_draft, undo_publication
from citygrid.geography.services.sources import Source, open_source

__all__ = [
    "AreaTarget",
    "FeatureIn",
    "FileReport",
    "GroupIn",
    "ImportReport",
    "Source",
    "add_feature",
    "add_lane",
    "add_layer",
    "charge_units",
    "confirm_draft",
    "cut_unit_grids",
    "define_district",
    "draft_from_file",
    "end_feature",
    "export_layer",
    "group_unit_grids",
    "import_areas",
    "import_features",
    "import_lanes",
    "merge_outlines",
    "open_source",
    "publish_draft",
    "put_groups",
    "save_draft",
    "split_outline",
    "throw_away",
    "undo_publication",
]
