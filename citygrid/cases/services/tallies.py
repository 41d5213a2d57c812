"""Ended cases counted beforehand for the map: what has changed is taken into the tallies of every zoom."""

from django.db import connection, transaction

from citygrid.cases import models
from citygrid.cases.queries.tiles import COARSEST, FINEST
from citygrid.geography.queries import CELL_STEPS

FOLD = """
WITH taken AS (
    DELETE FROM cases_tallychange WHERE id <= %(last)s RETURNING cell_x, cell_y, area_code, unit_id, count
), counted AS (
    SELECT zoom, cell_x >> (%(deeper)s::integer - zoom) AS x, cell_y >> (%(deeper)s::integer - zoom) AS y,
        area_code, unit_id, sum(count)::integer AS count
    FROM taken, generate_series(%(coarsest)s::integer, %(finest)s::integer) AS zoom
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(count) <> 0
)
INSERT INTO cases_tally (zoom, x, y, area_code, unit_id, count) SELECT * FROM counted
ON CONFLICT (zoom, x, y, area_code, unit_id) DO UPDATE SET count = cases_tally.count + excluded.count
"""

LOCK = "SELECT pg_advisory_xact_lock(hashtext('cases_tally'))"
COUNT_ANEW = """
INSERT INTO cases_tallychange (cell_x, cell_y, area_code, unit_id, count)
SELECT cell_x, cell_y, left(area_code, %s), unit_id, count(*)
FROM cases_case WHERE NOT is_open AND cell_x IS NOT NULL GROUP BY 1, 2, 3, 4
"""


@transaction.atomic
def recount_tallies() -> int:
    """Count everything anew, while no case ends; returns the number of different places, communities and units."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute("LOCK cases_case IN SHARE MODE")
        cursor.execute("DELETE FROM cases_tallychange")
        cursor.execute("DELETE FROM cases_tally")
        cursor.execute(COUNT_ANEW, [models.Counted.AREA_DIGITS])
    return fold_tallies()


@transaction.atomic
def fold_tallies() -> int:
    """Take the changes so far into the tallies; returns how many. What a map shows is the same before and after."""
    changes = models.TallyChange.objects.unscoped(reason="the map is counted for everybody")
    last = changes.order_by("-id").values_list("id", flat=True).first()
    if last is None:
        return 0
    given = {"last": last, "deeper": models.CELL_ZOOM - CELL_STEPS, "coarsest": COARSEST, "finest": FINEST}
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        count = changes.filter(id__lte=last).count()
        cursor.execute(FOLD, given)
        cursor.execute("DELETE FROM cases_tally WHERE count = 0")
    return count
