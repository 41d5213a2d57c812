"""Cases on the map: vector tiles with the scope of the post, counted in cells where there are many.

Open cases are counted one by one, so that a new one shows at once. Ended ones are counted beforehand, down to
`FINEST`, with what changed since (`models.Tally`, `models.TallyChange`); where a filter or a reach asks for more than
these know, case by case too. At every zoom the counts of all tiles sum up to the cases of the list with a position.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.sql import Query

from citygrid.cases import models, permissions
from citygrid.cases.choices import Lamp
from citygrid.cases.queries.lists import CaseFilter, lamp_condition, reached
from citygrid.geography.queries import CELL_STEPS, Tile
from citygrid.kernel.actor import Actor

COARSEST, FINEST = 9, 14  # zooms of tiles whose cells are counted beforehand
POINTS_FROM = 15  # from this zoom on cases are drawn one by one, unless a tile has more than
MOST_POINTS = 1_200
EXTENT = 4_096  # of a tile, in its own units
EDGE = 1e-9  # degrees: a box decides nothing, cells do

TALLIED = """
SELECT x >> {shift} AS x, y >> {shift} AS y, count AS cases, 0 AS open, 0 AS late FROM cases_tally
WHERE x BETWEEN {west} AND {east} AND y BETWEEN {north} AND {south} AND {condition}
"""
CHANGED = """
SELECT cell_x >> {shift}, cell_y >> {shift}, count, 0, 0 FROM cases_tallychange
WHERE cell_x BETWEEN {west} AND {east} AND cell_y BETWEEN {north} AND {south} AND {condition}
"""
ONE_BY_ONE = """
SELECT cell_x >> {shift} AS x, cell_y >> {shift} AS y, 1 AS cases, is_open::integer AS open,
    (is_open AND {told})::integer AS late
FROM cases_case
WHERE cell_x BETWEEN {west} AND {east} AND cell_y BETWEEN {north} AND {south} AND {near} AND {condition}
"""
CELLED = """
SELECT ST_AsMVT(cell, 'cells', {extent}, 'at') FROM (
    SELECT ST_MakePoint((x - {x}) * {size} + {size} / 2, (y - {y}) * {size} + {size} / 2) AS at,
        sum(cases)::integer AS cases, sum(open)::integer AS open,
        coalesce(sum(late), 0)::integer AS late
    FROM ({counted}) counted GROUP BY x, y HAVING sum(cases) > 0
) cell
"""
POINTS = """
SELECT CASE WHEN count(*) <= {most} THEN ST_AsMVT(point, 'cases', {extent}, 'at') END FROM (
    SELECT ST_AsMVTGeom(
            ST_Transform(location, 3857), ST_TileEnvelope({z}, {tile_x}, {tile_y}), {extent}, 64, false
        ) AS at, number, state, is_open AS open, {told} AS lamp
    FROM cases_case
    WHERE cell_x BETWEEN {west} AND {east} AND cell_y BETWEEN {north} AND {south} AND {near} AND {condition}
    LIMIT {most} + 1
) point
"""

Part = tuple[str, tuple[Any, ...]]


def tile(actor: Actor, at: Tile, wanted: CaseFilter, now: datetime) -> bytes:
    """A Mapbox vector tile (2.1) of the cases this post sees among those wanted; empty where there is none.

    Layer "cases": points with number, state, open, lamp (none where no limit runs). Layer "cells": points with the
    numbers of cases, open and late ones, one for each of at most 32 x 32 cells. A tile has one of them.
    """
    actor.require(permissions.VIEW)
    rows = reached(actor, wanted, now)
    if at.zoom >= POINTS_FROM and (drawn := _drawn(_points(rows, at, now))) is not None:
        return drawn
    parts = _kept(actor, rows, at, now) if _is_kept(actor, wanted, at) else [_one_by_one(rows, at, now)]
    return _drawn(_celled(parts, at)) or b""


def _is_kept(actor: Actor, wanted: CaseFilter, at: Tile) -> bool:
    """Whether the ended cases asked for are those counted beforehand."""
    is_coarse = all(len(code) <= models.Counted.AREA_DIGITS for code in actor.reach.areas)
    is_whole = wanted == CaseFilter() and not actor.reach.categories
    return is_whole and is_coarse and at.zoom <= FINEST + CELL_STEPS


def _kept(actor: Actor, rows: QuerySet[models.Case], at: Tile, now: datetime) -> list[Part]:
    level = min(max(at.zoom, COARSEST), FINEST)
    tallies = models.Tally.objects.visible_to(actor).filter(zoom=level)
    changes = models.TallyChange.objects.visible_to(actor)
    return [
        _part(TALLIED, tallies, at, level + CELL_STEPS, shift=level + CELL_STEPS - _cell_zoom(at)),
        _part(CHANGED, changes, at, models.CELL_ZOOM, shift=_shift(at)),
        _one_by_one(rows.filter(is_open=True), at, now),
    ]


def _one_by_one(rows: QuerySet[models.Case], at: Tile, now: datetime) -> Part:
    return _of_cases(ONE_BY_ONE, _text(lamp_condition(Lamp.RED, now)), rows, at, shift=_shift(at))


def _points(rows: QuerySet[models.Case], at: Tile, now: datetime) -> Part:
    numbers = {"most": MOST_POINTS, "extent": EXTENT, "z": at.zoom, "tile_x": at.x, "tile_y": at.y}
    return _of_cases(POINTS, _lamp(now), rows, at, **numbers)


def _lamp(now: datetime) -> Part:
    """The lamp of a case, as SQL; NULL where no limit runs."""
    conditions = {lamp: _text(lamp_condition(lamp, now)) for lamp in (Lamp.RED, Lamp.YELLOW, Lamp.GREEN, Lamp.PAUSED)}
    cases = " ".join(f"WHEN {text} THEN '{lamp}'" for lamp, (text, _) in conditions.items())
    return f"CASE {cases} END", tuple(value for _, values in conditions.values() for value in values)


def _of_cases(statement: str, told: Part, rows: QuerySet[models.Case], at: Tile, **numbers: int) -> Part:
    """The statement on cases, which tells one thing of each."""
    said, first = told
    west, south, east, north = at.bounds()
    near = f"location && ST_MakeEnvelope({west - EDGE}, {south - EDGE}, {east + EDGE}, {north + EDGE}, 4326)"
    text, values = _part(statement, rows, at, models.CELL_ZOOM, told=said, near=near, **numbers)
    return text, (*first, *values)


def _part(statement: str, rows: Any, at: Tile, zoom: int, **names: object) -> Part:
    """The statement on these rows inside the tile, whose cells are those of a zoom."""
    west, east, north, south = at.cells(zoom)
    condition, values = rows.condition()
    return statement.format(west=west, east=east, north=north, south=south, condition=condition, **names), values


def _text(condition: Q) -> Part:
    query = Query(models.Case)
    text, values = query.get_compiler(connection=connection).compile(query.build_where(condition))
    return text, tuple(values)


def _cell_zoom(at: Tile) -> int:
    """Of what zoom the cells of a tile are: none are finer than those counted beforehand."""
    return max(at.zoom, min(at.zoom + CELL_STEPS, FINEST + CELL_STEPS))


def _shift(at: Tile) -> int:
    """How many zooms the cells of cases are deeper than those of the tile."""
    return models.CELL_ZOOM - _cell_zoom(at)


def _celled(parts: list[Part], at: Tile) -> Part:
    across = 2 ** (_cell_zoom(at) - at.zoom)
    counted = " UNION ALL ".join(statement for statement, _ in parts)
    numbers = {"extent": EXTENT, "size": EXTENT // across, "x": at.x * across, "y": at.y * across}
    return CELLED.format(counted=counted, **numbers), tuple(value for _, values in parts for value in values)


def _drawn(part: Part) -> bytes | None:
    with connection.planned_anew(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(*part)
        found = cursor.fetchone()[0]
        return None if found is None else bytes(found)
