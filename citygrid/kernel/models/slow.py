from django.db import models


class SlowRequest(models.Model):
    """A request that took long: which page, not whose. Kept for some days, for who asks why the platform is slow."""

    at = models.DateTimeField()
    route = models.CharField(max_length=200, help_text="the pattern of the address, without what was asked")
    method = models.CharField(max_length=10)
    status = models.PositiveSmallIntegerField()
    seconds = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="slow_request_by_time")]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.seconds:.1f} s"
