from django.db import models

from citygrid.kernel.models.fields import TransactionIdField


class AuditEntry(models.Model):
    """Who did what to which record, when, as which post. Appended in the transaction of the change itself."""

    subject = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=120)
    is_automatic = models.BooleanField()
    data = models.JSONField()
    txid = TransactionIdField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["txid", "id"], name="audit_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"


class AuditSeal(models.Model):
    """One link of the audit chain: the hash over an entry and the link before it."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"seal {self.number}"


class AuditHead(models.Model):
    """A signed statement: up to here the chain had so many links and ended in this hash."""

    at = models.DateTimeField()
    before_txid = models.BigIntegerField(help_text="entries of transactions before this one are sealed")
    number = models.BigIntegerField()
    hash = models.BinaryField()
    signature = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"head {self.number}"
