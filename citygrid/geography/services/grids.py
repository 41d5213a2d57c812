"""Unit grids cut from communities, and the duty and social-service grids made of them."""

from collections.abc import Sequence
from datetime import datetime

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
from citygrid.kernel.errors import Invalid
from citygrid.kernel.scope import prefix_range


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
        Grid.objects.bulk_create(grids, batch_size=1000)
        audit.record(
            subject=f"geography.area/{below}", action="cut_grids", actor=actor, now=now, data={"grids": len(grids)}
        )
    return len(grids)


def group_unit_grids(
    *, code: str, kind: GridKind, unit_grid_codes: Sequence[str], actor: Actor, now: datetime
) -> Grid:
    """Make a duty or social-service grid of unit grids, or give an existing one these parts instead.

    Raises UnknownPlace for an unknown unit grid, AlreadyThere when one is part of another grid of this kind,
    Invalid for no parts, kind "unit", or a code of another kind of grid.
    """
    for part in unit_grid_codes:
        require(actor, permissions.DEFINE_AREAS, part)
    if not unit_grid_codes or kind == GridKind.UNIT:
        raise Invalid(_("A duty or social-service grid is made of unit grids."))
    with transaction.atomic():
        lock_geography()
        units = {grid.code: grid for grid in Grid.objects.filter(pk__in=unit_grid_codes, kind=GridKind.UNIT)}
        for missing in sorted(set(unit_grid_codes) - set(units)):
            raise UnknownPlace(place=missing)
        if Grid.objects.filter(pk=code).exclude(kind=kind).exists():
            raise Invalid(_("A grid of another kind has this code."))
        grid = _write_group(code, kind, list(units.values()))
        data = {"kind": str(kind), "unit_grids": sorted(units)}
        audit.record(subject=f"geography.grid/{code}", action="group", actor=actor, now=now, data=data)
    return grid


def _write_group(code: str, kind: GridKind, units: Sequence[Grid]) -> Grid:
    communities = {unit.community_id for unit in units}
    outline = shapely.union_all([to_shapely(unit.geom) for unit in units])
    values = {"community_id": communities.pop() if len(communities) == 1 else None, "geom": to_geos(outline)}
    grid, _ = Grid.objects.update_or_create(code=code, defaults={"kind": kind, **values})
    grid.parts.all().delete()
    try:
        with transaction.atomic():
            GridPart.objects.bulk_create([GridPart(grid=grid, unit_grid=unit, kind=kind) for unit in units])
    except IntegrityError as error:
        taken = GridPart.objects.filter(kind=kind, unit_grid__in=units).order_by("unit_grid_id").first()
        raise AlreadyThere(place=taken.unit_grid_id if taken else code) from error
    return grid
