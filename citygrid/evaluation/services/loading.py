"""Definitions and scorings, loaded from documents. What was loaded stays: figures of the past refer to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models as fields
from django.db import transaction

from citygrid.evaluation import errors, models, permissions
from citygrid.evaluation.rules import expression
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor

RENAMED = {"zh": "name_zh", "en": "name_en", "from": "from_date", "until": "until_date"}


@transaction.atomic
def load(
    *, definitions: Sequence[Mapping[str, Any]], scorings: Sequence[Mapping[str, Any]], actor: Actor, now: datetime
) -> int:
    """Keep what is new of these (see data/evaluation); returns how many.

    FormulaInvalid (400) for a formula; VariantChanged (409) for one that was loaded with other content, but
    for the days it is in force.
    """
    actor.require(permissions.MANAGE)
    for one in definitions:
        for formula in filter(None, (one["numerator"], one["denominator"])):
            expression.parse(formula)
    new = [_kept(models.Definition, ("indicator", "variant"), one) for one in definitions]
    new += [_kept(models.Scoring, ("object", "version"), one) for one in scorings]
    if any(new):
        audit.record(subject="evaluation.definitions", action="load", actor=actor, now=now, data={"new": sum(new)})
    return sum(new)


def _kept(table: type[fields.Model], key: tuple[str, str], document: Mapping[str, Any]) -> bool:
    """Whether it is new."""
    values = {RENAMED.get(name, name): value for name, value in document.items()}
    found = table._default_manager.filter(**{name: values[name] for name in key}).first()
    if found is None:
        table._default_manager.create(**values)
        return True
    days = {name: values.pop(name, None) for name in ("from_date", "until_date")}
    if any(getattr(found, name) != value for name, value in values.items()):
        raise errors.VariantChanged(name=str(found))
    if any(getattr(found, name) != day for name, day in days.items()):
        for name, day in days.items():
            setattr(found, name, day)
        found.save(update_fields=list(days))
        return True
    return False
