"""Row scope: a scoped model refuses to be read until it is told for whom."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.sql import Query

from citygrid.kernel.actor import Actor


class Unscoped(RuntimeError):  # noqa: N818
    """A scoped model was read without `.visible_to(actor)`: a fault in our code, never an answer to a user."""


class AreaCodeField(models.CharField):
    """A hierarchical area or grid code (6, 9, 12 or 15 digits), compared byte by byte so that prefixes are ranges."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 15)
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)


def prefix_range(field: str, prefix: str) -> Q:
    """Rows whose code begins with `prefix`, as a range, so that a prepared statement still uses the index."""
    if not prefix:
        return Q()
    following = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": following})


def any_prefix(field: str, prefixes: Iterable[str]) -> Q:
    """Rows whose code begins with one of the prefixes; none given means no row."""
    ranges = [prefix_range(field, prefix) for prefix in prefixes]
    if any(not wanted for wanted in ranges):
        return Q()
    condition = Q(pk__in=[])
    for wanted in ranges:
        condition |= wanted
    return condition


class ScopedQuery(Query):
    """The query of a scoped model. Whatever reads it must compile it, also as a part of another query."""

    is_scoped = False

    def demand_scope(self) -> None:
        if not self.is_scoped:
            raise Unscoped(f"{self.model} was read without visible_to(actor).")

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self.demand_scope()
        return super().get_compiler(*args, **kwargs)

    def combine(self, rhs: Query, connector: str) -> None:
        self.is_scoped = self.is_scoped and getattr(rhs, "is_scoped", False)
        super().combine(rhs, connector)


class ScopedQuerySet(models.QuerySet):
    """A queryset that raises Unscoped when it is evaluated without an actor or a stated reason."""

    query: ScopedQuery

    def __init__(self, model: Any = None, query: Query | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(model, query or ScopedQuery(model), *args, **kwargs)

    def scope_for(self, actor: Actor) -> Q:
        """Which rows this actor sees. Each scoped model states it once, here."""
        raise Unscoped(f"{self.model.__name__} does not state its scope.")

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may see: lists, details, counts, exports, tiles and search all begin here."""
        return self._scoped(self.scope_for(actor))

    def unscoped(self, *, reason: str) -> Self:
        """All rows, for the platform's own work. The reason is read in review and counted by `make health`."""
        if not reason:
            raise Unscoped("An unscoped query needs a reason.")
        clone = self.all()
        clone.query.is_scoped = True
        return clone

    def _scoped(self, condition: Q) -> Self:
        scoped = self.filter(condition)
        scoped.query.is_scoped = True
        return scoped

    def condition(self) -> tuple[str, tuple[Any, ...]]:
        """Which rows these are, as the text of a condition and its values, for a statement written by hand."""
        compiler = self.query.get_compiler(connection=connections[self.db])
        try:
            statement, values = compiler.compile(self.query.where) if self.query.where else ("true", ())
        except EmptyResultSet:
            return "false", ()
        return statement, tuple(values)

    def locked(self, key: UUID | int, actor: Actor) -> Any:
        """The row of this key, locked to the end of the transaction; None when the actor does not see it."""
        statement, scope = _locking(self.model, actor)
        return next(iter(models.QuerySet.raw(self, statement, [*scope, key])), None) if statement else None

    def _fetch_all(self) -> None:
        """A page, or counts of groups, is planned for its very values: a reach may be a district or a lane."""
        if self._result_cache is None and (self.query.group_by or self.query.high_mark not in (None, 1)):
            with connections[self.db].planned_anew():  # type: ignore[attr-defined]
                return super()._fetch_all()  # type: ignore[misc]
        return super()._fetch_all()  # type: ignore[misc]

    def count(self) -> int:
        with connections[self.db].planned_anew():  # type: ignore[attr-defined]
            return super().count()

    # These three compile other queries than ours.

    def update(self, **kwargs: Any) -> int:
        self.query.demand_scope()
        return super().update(**kwargs)

    def _raw_delete(self, using: str | None) -> int:
        self.query.demand_scope()
        return super()._raw_delete(using)  # type: ignore[misc]

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self.query.demand_scope()
        return super().raw(*args, **kwargs)


@lru_cache(maxsize=4_096)
def _locking(model: Any, actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """The statement that locks a row this actor sees, and its values before the key; "" where it sees none."""
    rows = model.objects.visible_to(actor).filter(pk=RawSQL("%s", [None])).select_for_update()
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return statement, values[:-1]


class ScopedModel(models.Model):
    """Base of every record that not everybody may see. Subclasses set `objects` from their own ScopedQuerySet."""

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
