from django.db import migrations


class Migration(migrations.Migration):
    """The failed jobs are found among millions that went well."""

    dependencies = [
        ("kernel", "0002_sheet_runs"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX kernel_failed_jobs ON procrastinate_jobs (id) WHERE status = 'failed'",
            "DROP INDEX kernel_failed_jobs",
        ),
    ]
