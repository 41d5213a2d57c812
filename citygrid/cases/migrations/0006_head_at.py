from django.db import migrations, models

FILL = """
UPDATE cases_case SET head_at = step.at FROM cases_step step
WHERE step.case_id = cases_case.id AND step.seq = cases_case.head_seq
"""


class Migration(migrations.Migration):
    """The time of a case's last step stands in its row, as its number does: a further step looks no further."""

    dependencies = [("cases", "0005_waiting_stage")]

    operations = [
        migrations.AddField("case", "head_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("case", "head_at", models.DateTimeField()),
    ]
