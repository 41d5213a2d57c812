from django.db import models


class Delivery(models.Model):
    """One event handed to one subscription: written in the transaction of the handler's effects."""

    event_id = models.UUIDField()
    subscription = models.CharField(max_length=200)
    delivered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "subscription"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.subscription}"
