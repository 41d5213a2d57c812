"""What the screens are told of cases that changed."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from citygrid.cases import models, permissions
from citygrid.cases.queries.lists import stages_for
from citygrid.kernel.actor import Actor


class Change(NamedTuple):
    """A case as it stands after a change: `seq` is that of its last step, `waits` whether the post must act now."""

    number: str
    seq: int
    state: str
    waits: bool


# Which post sees which of the changed cases, for many posts at once: each question costs more than its answer.
SEEN = "SELECT number, head_seq, state, stage, work, ARRAY[{sights}] FROM cases_case WHERE id = ANY(%s)"
AT_ONCE = 200  # posts


def changed(actors: Sequence[Actor], ids: Sequence[UUID]) -> list[list[Change]]:
    """For each actor those of these cases that the post sees, as they stand now; none without the permission.

    One query for 200 actors.
    """
    parts = (actors[start : start + AT_ONCE] for start in range(0, len(actors), AT_ONCE))
    return [seen for part in parts for seen in _seen(part, ids)]


def _seen(actors: Sequence[Actor], ids: Sequence[UUID]) -> list[list[Change]]:
    sights, stages = [_sight(actor) for actor in actors], {actor.role: stages_for(actor) for actor in actors}
    statement = SEEN.format(sights=", ".join(f"({text})" for text, _ in sights))
    found: list[list[Change]] = [[] for _ in actors]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(value for _, values in sights for value in values), list(ids)])
        for number, seq, state, stage, work, seen in cursor.fetchall():
            for place, is_seen in enumerate(seen):
                if is_seen:
                    waits = stage in stages[actors[place].role] or str(actors[place].post_id) in (work or "")
                    found[place].append(Change(number, seq, state, waits))
    return found


@lru_cache(maxsize=4_096)
def _sight(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """The condition that a post sees a case, and its values."""
    if not actor.may(permissions.VIEW):
        return "false", ()
    return models.Case.objects.visible_to(actor).condition()


def last_step_of_others(case_id: UUID, after: int, actor: Actor) -> models.Step | None:
    """The newest step after this one that another account (or the platform) took; None when there is none.

    For a case the caller has seen.
    """
    steps = models.Step.objects.filter(case=case_id, seq__gt=after).select_related("account", "post__organisation")
    return steps.exclude(account__isnull=False, account=actor.account_id).order_by("-seq").first()
