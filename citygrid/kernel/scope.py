"""Row scope: a scoped model refuses to be read until it is told for whom."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

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


class ScopedQuerySet(models.QuerySet):
    """A queryset that raises Unscoped when it is evaluated without an actor or a stated reason."""

    _is_scoped = False

    def scope_for(self, actor: Actor) -> Q:
        """Which rows this actor sees. Each scoped model states it once, here."""
        raise Unscoped(f"{self.model.__name__} does not state its scope.")

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may see: lists, details, counts, exports, tiles and search all begin here."""
        scoped = self.filter(self.scope_for(actor))
        scoped._is_scoped = True
        return scoped

    def unscoped(self, *, reason: str) -> Self:
        """All rows, for the platform's own work. The reason is read in review and counted by `make health`."""
        if not reason:
            raise Unscoped("An unscoped query needs a reason.")
        clone = self._chain()
        clone._is_scoped = True
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()
        clone._is_scoped = self._is_scoped
        return clone

    def _demand_scope(self) -> None:
        if not self._is_scoped:
            raise Unscoped(f"{self.model.__name__} was read without visible_to(actor).")

    def _fetch_all(self) -> None:
        self._demand_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._demand_scope()
        return super().count()

    def exists(self) -> bool:
        self._demand_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._demand_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._demand_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._demand_scope()
        return super().delete()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()  # a subquery of another query is a read too
        return super().resolve_expression(*args, **kwargs)


class ScopedModel(models.Model):
    """Base of every record that not everybody may see. Subclasses set `objects` from their own ScopedQuerySet."""

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
