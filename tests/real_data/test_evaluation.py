"""Boston 2015 replayed: the rates of its departments are those that plain SQL reckons from the cases themselves."""

from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection

from citygrid.evaluation import queries, services
from citygrid.evaluation.choices import Object
from citygrid.kernel.actor import system_actor
from citygrid.workflow.tests.factories import publish

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

ROWS = 5_000
PERIOD = queries.Period(date(2015, 1, 1), date(2015, 12, 31))
AFTER = datetime(2016, 1, 13, tzinfo=UTC)
PLAIN = """
    SELECT unit_id::text,
           count(*) FILTER (WHERE on_time),
           count(*) FILTER (WHERE closed_at IS NOT NULL),
           count(*)
    FROM cases_case
    WHERE due_at <= %s AND (due_at AT TIME ZONE 'America/New_York')::date BETWEEN %s AND %s
    GROUP BY unit_id
"""


def test_rates_of_departments_equal_plain_sql(shared_data, tmp_path):
    publish()
    call_command("load_evaluation", verbosity=0)
    table = pq.read_table(shared_data / "B_311/boston311_2015_jan_sep.parquet").slice(0, ROWS)
    pq.write_table(table, tmp_path / "first.parquet")
    call_command("replay", str(tmp_path / "first.parquet"), profile="boston311", verbosity=0)
    services.count_changed()
    found = queries.league(system_actor("tests"), Object.DEPARTMENT, PERIOD, AFTER)
    rates = {row.key: row.rates for row in found.rows if row.rates["close_rate"].denominator}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [AFTER, *PERIOD])
        plain = {unit: figures for unit, *figures in cursor.fetchall()}
    assert len(plain) > 5 and set(rates) == set(plain)
    for unit, (on_time, closed, due) in plain.items():
        disposed, closing = rates[unit]["dispose_on_time_rate"], rates[unit]["close_rate"]
        assert (disposed.numerator, disposed.denominator) == (on_time, due)
        assert (closing.numerator, closing.denominator) == (closed, due)
