"""Unit grids cut from communities, and the duty and social-service grids made of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citygrid.geography import permissions
from citygrid.geography.choices import GridKind, Level
from citygrid.geography.errors import AlreadyThere, UnknownPlace
from citygrid.geography.models import Area, Grid, GridPart
from citygrid.geography.rules.gridding import SIDE_M, cut_cells
from citygrid.geography.services.shapes import lock_geography, require, to_geos, to_shapely
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import analyze
from citygrid.kernel.errors import Invalid
from citygrid.kernel.scope import prefix_range

BATCH = 1_000


def cut_unit_grids(*, below: str, actor: Actor, now: datetime, side_m: float = SIDE_M) -> int:
    """Cut unit grids for every community whose code begins with `below`; return how many there are now.

    Raises UnknownPlace when there is no such community, AlreadyThere when one has grids: codes are never given twice.
    """
    require(actor, permissions.DEFINE_AREAS, below)
    with transaction.atomic():
        lock_geography()
        communities = Area.objects.filter(prefix_range("code", below), level=Level.COMMUNITY).order_by("code")
        if not communities:
            raise UnknownPlace(place=below)
        there = Grid.objects.filter(kind=GridKind.UNIT, community__in=communities).order_by("code").first()
        if there:
            raise AlreadyThere(place=there.code)
        grids = [
            Grid(code=cell.code, kind=GridKind.UNIT, community=community, geom=to_geos(cell.outline))
            for community in communities
            for cell in cut_cells(community.code, to_shapely(community.geom), side_m=side_m)  # type: ignore[arg-type]
        ]
        Grid.objects.bulk_create(grids, BATCH)
        analyze(Grid)
        audit.record(
            subject=f"geography.area/{below}", action="cut_grids", actor=actor, now=now, data={"grids": len(grids)}
        )
    return len(grids)


@dataclass(frozen=True, slots=True)
class GroupIn:
    """A duty or social-service grid by its code, and the unit grids it is made of."""

    code: str
    kind: GridKind
    unit_grid_codes: Sequence[str]


def group_unit_grids(
    *, code: str, kind: GridKind, unit_grid_codes: Sequence[str], actor: Actor, now: datetime
) -> Grid:
    """Make a duty or social-service grid of unit grids, or give an existing one these parts instead: `put_groups`."""
    put_groups(groups=[GroupIn(code, kind, unit_grid_codes)], actor=actor, now=now)
    return Grid.objects.get(pk=code)


def put_groups(*, groups: Sequence[GroupIn], actor: Actor, now: datetime) -> int:
    """Make duty and social-service grids of unit grids, or give existing ones these parts instead; how many there are.

    Raises UnknownPlace for an unknown unit grid, AlreadyThere when one is part of another grid of its kind or a code
    comes twice, Invalid for no parts, kind "unit", or a code of another kind of grid. As many queries for all as for
    one, and an audit entry for each.
    """
    for group in groups:
        for part in group.unit_grid_codes:
            require(actor, permissions.DEFINE_AREAS, part)
        if not group.unit_grid_codes or group.kind == GridKind.UNIT:
            raise Invalid(_("A duty or social-service grid is made of unit grids."))
    for code, times in Counter(group.code for group in groups).items():
        if times > 1:
            raise AlreadyThere(place=code)
    with transaction.atomic():
        lock_geography()
        wanted = {part for group in groups for part in group.unit_grid_codes}
        units = {grid.code: grid for grid in Grid.objects.filter(pk__in=wanted, kind=GridKind.UNIT)}
        for missing in sorted(wanted - set(units)):
            raise UnknownPlace(place=missing)
        there = dict(Grid.objects.filter(pk__in=[group.code for group in groups]).values_list("code", "kind"))
        if any(there.get(group.code, group.kind) != group.kind for group in groups):
            raise Invalid(_("A grid of another kind has this code."))
        _write_groups(groups, units)
        audit.record_all(_entry(group, actor, now) for group in groups)
    return len(groups)


def _entry(group: GroupIn, actor: Actor, now: datetime) -> Any:
    data = {"kind": str(group.kind), "unit_grids": sorted(set(group.unit_grid_codes))}
    return audit.entry(subject=f"geography.grid/{group.code}", action="group", actor=actor, now=now, data=data)


def _write_groups(groups: Sequence[GroupIn], units: Mapping[str, Grid]) -> None:
    grids = [_group(group, [units[code] for code in group.unit_grid_codes]) for group in groups]
    changed = ["community", "geom"]
    Grid.objects.bulk_create(grids, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=changed)
    GridPart.objects.filter(grid__in=grids).delete()
    parts = [
        GridPart(grid=grid, unit_grid=units[code], kind=grid.kind)
        for grid, group in zip(grids, groups, strict=True)
        for code in sorted(set(group.unit_grid_codes))
    ]
    try:
        with transaction.atomic():
            GridPart.objects.bulk_create(parts, BATCH)
    except IntegrityError as error:
        raise AlreadyThere(place=_taken(parts)) from error


def _group(group: GroupIn, units: Sequence[Grid]) -> Grid:
    """The grid around its parts, in the community that holds them all."""
    communities = {unit.community_id for unit in units}
    outline = shapely.union_all([to_shapely(unit.geom) for unit in units])
    community = communities.pop() if len(communities) == 1 else None
    return Grid(code=group.code, kind=group.kind, community_id=community, geom=to_geos(outline))


def _taken(parts: Sequence[GridPart]) -> str:
    """The first unit grid that is wanted for a second grid of one kind, by what is there or within the parts."""
    there = set(
        GridPart.objects.filter(unit_grid__in=[part.unit_grid_id for part in parts]).values_list(
            "unit_grid_id", "kind"
        )
    )
    for part in sorted(parts, key=lambda part: part.unit_grid_id):
        if (part.unit_grid_id, part.kind) in there:
            return part.unit_grid_id
        there.add((part.unit_grid_id, part.kind))
    return ""
