from django.db import models


class Series(models.Model):
    """The last number given in one series, for example the cases of one district on one day."""

    key = models.CharField(max_length=100, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(last__gte=1), name="series_counts_from_one")]

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"
