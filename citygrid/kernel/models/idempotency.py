from django.db import models


class IdempotencyKey(models.Model):
    """A key a client has used, with the hash of what it sent and the answer it got."""

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    body_hash = models.BinaryField()
    answer = models.JSONField(null=True)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.key}"
