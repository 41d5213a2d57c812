from typing import Any

from django.db import models
from django.db.models import Func


class TransactionIdField(models.Field):
    """The transaction that wrote the row (xid8): a commit-order-safe cursor for readers that follow a table."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(db_default=Func(function="pg_current_xact_id"), editable=False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(int(value))  # PostgreSQL compares xid8 with no integer type

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)
