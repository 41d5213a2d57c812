from django.db import models


class LimitWindow(models.Model):
    """How often a subject did something within a window of time. The subject is a keyed hash, never the address."""

    name = models.CharField(max_length=60)
    subject = models.BinaryField(max_length=32)
    closes_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["closes_at"], name="limit_window_by_time")]
        constraints = [models.UniqueConstraint(fields=["name", "subject", "closes_at"], name="limit_window_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.count}"
