"""Who is told of what happens to a case."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import Q

from citygrid.access import queries as access
from citygrid.access.queries import Holder
from citygrid.cases import models
from citygrid.cases.rules.fold import WORK_ENDED
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Axis
from citygrid.notices import queries as notices
from citygrid.notices import services as notice_services
from citygrid.notices.services import NoticeIn
from citygrid.workflow import queries as workflow

TOLD_WITHIN = timedelta(days=1)  # after a longer standstill, what became due before is not told any more


def tell_of_step(*, case_id: UUID, seq: int, template: str, whom: Collection[str], now: datetime) -> None:
    """Send the notice of a step to those whom the words of `WHOM` name, but not to who took the step."""
    case = _cases().get(pk=case_id)
    step = case.steps.get(seq=seq)
    to = dict.fromkeys(holder for word in whom for holder in WHOM[word](case, step, now))
    notice_services.send(
        notice=NoticeIn(
            template=template,
            params={**_params([case], step.data.get("reason", ""))[case.pk], **_work_params(step)},
            key=f"{template}/{case.pk}/{seq}",
            to=[holder for holder in to if holder.account_id != step.account_id],
            link=("case", case.number),
        ),
        now=now,
    )


def tell_due(*, now: datetime) -> int:
    """Tell units of their cases that are due soon or overdue, once of each; returns of how many this was done."""
    since = now - TOLD_WITHIN
    kinds = {
        "case_due_soon": Q(warn_at__gt=since, warn_at__lte=now, due_at__gt=now),
        "case_overdue": Q(due_at__gt=since, due_at__lte=now),
    }
    return sum(_tell_units(template, condition, now) for template, condition in kinds.items())


def _tell_units(template: str, condition: Q, now: datetime) -> int:
    rows = _cases().filter(condition, is_open=True, handled_at=None, dispatched_at__isnull=False)
    found = {f"{template}/{case.pk}": case for case in rows.order_by("due_at", "pk")}
    for key in notices.told(found):
        del found[key]
    params = _params(found.values())
    handlers = cache(partial(_handlers, now))
    roles = {case.pk: _handling(case, case.state) for case in found.values()}
    told = [
        NoticeIn(
            template=template,
            params=params[case.pk],
            key=key,
            to=handlers(roles[case.pk], case.area_code, case.category_id, case.unit_id),
            link=("case", case.number),
        )
        for key, case in found.items()
    ]
    notice_services.send_many(notices=told, now=now)
    return len(told)


def _cases() -> Any:
    rows = models.Case.objects.unscoped(reason="the platform tells those concerned, whoever they are")
    return rows.select_related("category", "unit")


def _params(cases: Iterable[models.Case], reason: str = "") -> dict[UUID, Mapping[str, Any]]:
    """The fields that templates may use, by case."""
    rows = list(cases)
    codes = {case.area_code for case in rows if not case.address}
    zh, en = (geography.place_names(codes, language) if codes else {} for language in ("zh-hans", "en"))
    return {
        case.pk: {
            "number": case.number,
            "category": {"zh": case.category.name_zh, "en": case.category.name_en},
            "place": {
                "zh": case.address or zh[case.area_code],
                "en": case.address or en[case.area_code],
            },
            "unit": {"zh": case.unit.name_zh, "en": case.unit.name_en} if case.unit else {"zh": "", "en": ""},
            "due": case.due_at.isoformat() if case.due_at else "",
            "reason": reason,
        }
        for case in rows
    }


def _work_params(step: models.Step) -> Mapping[str, Any]:
    """The fields of notices about work: of which crews, what is to be done until when, what was done."""
    posts = access.posts(_crew_ids(step))
    return {
        "crew": {
            "zh": "、".join(post.title_zh for post in posts),
            "en": ", ".join(post.title_en or post.title_zh for post in posts),
        },
        "task": step.data.get("task", ""),
        "by": step.data.get("by_at", ""),
        "note": step.data.get("note", ""),
    }


def _crew_ids(step: models.Step) -> set[UUID]:
    """The posts of the crews that a step gives work to, or whose work it ends."""
    given = [step.data["crew_id"]] if "crew_id" in step.data else []
    return set(map(UUID, [*given, *step.data.get(WORK_ENDED, ())]))


def _handlers(now: datetime, roles: frozenset[str], area_code: str, category_key: str, unit_id: UUID) -> list[Holder]:
    return access.holders(roles, area_code, category_key, now, unit_id=unit_id)


def _handling(case: models.Case, state: str) -> frozenset[str]:
    """The roles that handle it in this state, or may in any: an office has posts of other lines of work too."""
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    handling = frozenset(_roles_of(Axis.HANDLING))
    waiting = handling & frozenset(procedure.states[state].waits_for)
    may = (role for action in procedure.actions.values() if Axis.HANDLING in action.axes for role in action.roles)
    return waiting or handling & frozenset(may) - procedure.crew_roles


def _roles_of(axis: Axis) -> list[str]:
    return [role.code for role in access.roles().values() if role.axis is axis]


def _of_unit(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    waiting = workflow.procedure(case.procedure, case.procedure_version).states[step.state].waits_for
    if levels := [code for code in waiting if _is_level(code)]:
        return access.holders(levels, case.area_code, case.category_id, now)
    roles = _handling(case, step.state)
    return _handlers(now, roles, case.area_code, case.category_id, case.unit_id) if case.unit_id else []


def _is_level(code: str) -> bool:
    """Whether the role handles what lies in its area, not what a unit is charged with."""
    role = access.role(code)
    return role.axis is Axis.HANDLING and role.reach == "area"


def _of_command(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    return access.holders(_roles_of(Axis.COMMAND), case.area_code, case.category_id, now)


def _crews(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    roles = workflow.procedure(case.procedure, case.procedure_version).crew_roles
    wanted = _crew_ids(step)
    found = access.holders(roles, case.area_code, case.category_id, now, unit_id=case.unit_id)
    return [holder for holder in found if holder.post_id in wanted]


def _waiting(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    found = access.holders(procedure.states[step.state].waits_for, case.area_code, case.category_id, now)
    task_of = step.data.get("post_id")
    return [holder for holder in found if not task_of or str(holder.post_id) == task_of]


def _answering(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    roles = procedure.action(f"approve_{step.action}").roles
    return access.holders(roles, case.area_code, case.category_id, now)


def _asker(case: models.Case, step: models.Step, now: datetime) -> list[Holder]:
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    asked = case.steps.filter(action=procedure.action(step.action).subject, seq__lt=step.seq).order_by("-seq").first()
    return [Holder(asked.account_id, asked.post_id)] if asked and asked.account_id else []


WHOM: dict[str, Callable[[models.Case, models.Step, datetime], list[Holder]]] = {
    "unit": _of_unit,  # the posts of the unit that is charged with it, or of the level that has it
    "crews": _crews,  # the crews that are given work, or whose work ends
    "command": _of_command,  # those who dispatch in its area
    "waiting": _waiting,  # those whose next step it is
    "answering": _answering,  # those who approve or decline the request
    "asker": _asker,  # who made the request
}
