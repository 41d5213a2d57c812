"""Pure rules of reports: what is shown of contact data, which coordinates look swapped, what was wrong."""

from citygrid.intake.rules.contact import mask, swapped
from citygrid.intake.rules.flaws import NOTHING_JUDGED, Judged, found_between, judge_matter, standing

__all__ = ["NOTHING_JUDGED", "Judged", "found_between", "judge_matter", "mask", "standing", "swapped"]
