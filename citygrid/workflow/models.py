from django.db import models

from citygrid.kernel.words import Named


class ProcedureVersion(Named):
    """One published version of a procedure. A running case keeps the version it began with."""

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    # Text and not jsonb, which would forget the order of states and actions.
    document = models.TextField(help_text="the document as JSON")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once")]
