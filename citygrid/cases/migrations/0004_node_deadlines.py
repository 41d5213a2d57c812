"""Open cases without a clock take the limit of their state as deadline; `recompute_deadlines` adds their warnings."""

from django.db import migrations

TAKE_OVER = """
    UPDATE cases_case SET due_at = node_due_at, is_provisional = TRUE
    WHERE is_open AND clock IS NULL AND node_due_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_newest_indexes")]

    operations = [migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop)]
