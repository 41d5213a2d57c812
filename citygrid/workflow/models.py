from django.db import models

from citygrid.kernel.words import Named


class ProcedureVersion(Named):
    """One published version of a procedure. A running case keeps the version it began with."""

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once")]
