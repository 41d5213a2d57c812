"""All that a phone keeps to work without a network, in one answer whose queries do not grow with the tasks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import queries as evidence
from citygrid.evidence.choices import Role
from citygrid.geography import queries as geography
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.kernel.actor import Actor
from citygrid.notices import permissions as notice_permissions
from citygrid.notices import queries as notices
from citygrid.terminal import permissions
from citygrid.terminal.choices import VERSION
from citygrid.workflow import queries as workflow

MOST_TASKS, MOST_NOTICES = 200, 20
LONGEST_SUMMARY = 500  # characters of what was reported; the case itself has all
# What is asked of whoever may take an action that procedures mark so (what it counts, does with work, announces).
ASKED = {
    "verifications": _("Verify"),
    "checks": _("Check the work"),
    "finish": _("Do the work"),
    "handled": _("Handle"),
}

Told = dict[str, Any]


def standing(actor: Actor) -> Told:
    """Whose copy a phone keeps: account and post, the version of the contract, and one word (`epoch`) for all three.

    A copy that was made under another epoch is thrown away; what waits to be sent is not.
    """
    actor.require(permissions.USE)
    whose = f"{actor.account_id}/{actor.post_id}/{VERSION}"
    epoch = blake2b(whose.encode(), digest_size=8).hexdigest()
    return {"account_id": actor.account_id, "post_id": actor.post_id, "epoch": epoch, "version": VERSION}


def home(actor: Actor, now: datetime) -> Told:
    """What this post has to do and to look for, what it was told, and how much waits.

    At most 200 tasks, the earliest deadline first; a task of one post (verify, check) has a deadline of its own.
    """
    whose = standing(actor)
    with timezone.override(_zone(actor)):
        return {
            **whose,
            "post": _post(actor),
            "roles": [actor.role],
            "tasks": _tasks(actor, now),
            "focus": _focus(actor, now),
            "notices": _notices(actor),
            "counts": cases.waiting_counts(actor, now),
        }


def _zone(actor: Actor) -> ZoneInfo:
    first = next((code for code in actor.reach.areas if code), "")
    return ZoneInfo(geography.time_zone_of(first) if first else timezone.get_default_timezone_name())


def _post(actor: Actor) -> Told | None:
    if actor.post_id is None:
        return None
    found = access.post(actor.post_id)
    return {"id": found.pk, "name": found.title, "unit": found.organisation.name}


def _tasks(actor: Actor, now: datetime) -> list[Told]:
    rows = list(cases.waiting(actor, now, count=MOST_TASKS))
    areas = _place_names([row.area_code for row in rows])
    photos = evidence.ids_shown(cases.PHOTO_OWNER, [row.pk for row in rows], Role.BEFORE)
    return [
        {**_facts(row, actor, now), "area": areas[row.area_code], "before_photos": photos.get(row.pk, [])}
        for row in rows
    ]


def _facts(case: Any, actor: Actor, now: datetime) -> Told:
    lon, lat = case.location.coords if case.location else (None, None)
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    own = (case.work or {}).get(str(actor.post_id))
    actions = cases.actions_for(case, actor, now)
    return {
        "case_id": case.pk,
        "number": case.number,
        "category_key": case.category_id,
        "category": case.category.name,
        "summary": case.summary[:LONGEST_SUMMARY],
        "address": case.address,
        "area_code": case.area_code,
        "lon": lon,
        "lat": lat,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "task_due_at": case.node_due_at if case.assignee_id else None,
        "lamp": cases.lamp_of(case, now),
        "state": case.state,
        "stage": str(procedure.states[case.state].name),
        "asked": str(procedure.action(case.pending).name) if case.pending else _asked(actions),
        "head_seq": case.head_seq,
        "work": {"task": own["task"], "by_at": own["by_at"]} if own else None,
        "actions": [_action(action) for action in actions],
    }


def _asked(actions: Sequence[workflow.Action]) -> str:
    """The one thing these actions are for, in words; empty where procedures mark none of them."""
    marks = {mark for action in actions for mark in (action.counts, action.work, action.announces)}
    return next((str(words) for mark, words in ASKED.items() if mark in marks), "")


def _action(action: workflow.Action) -> Told:
    return {
        "code": action.code,
        "name": str(action.name),
        "needs": [*action.needs, *action.evidence],
        "takes": list(action.takes),
        "findings": [{"code": each.code, "name": str(each.name)} for each in action.findings.values()],
        "reasons": intake.reasons_for(action.subject or action.code, action.phase) if "reason" in action.needs else [],
    }


def _place_names(codes: Sequence[str]) -> dict[str, str]:
    return dict(geography.place_names(codes, get_language() or "zh-hans"))


def _focus(actor: Actor, now: datetime) -> list[Told]:
    if not actor.may(intake_permissions.VIEW):
        return []
    found = intake.to_look_for(actor, now)
    names = catalogue.categories({one.category_key for one in found})
    areas = _place_names([one.area_code for one in found])
    return [{**asdict(one), "category": names[one.category_key].name, "area": areas[one.area_code]} for one in found]


def _notices(actor: Actor) -> Told:
    if not actor.may(notice_permissions.READ):
        return {"unread": 0, "newest": []}
    newest = [asdict(one) for one in notices.notices(actor, count=MOST_NOTICES)]
    return {"unread": notices.unread_count(actor), "newest": newest}
