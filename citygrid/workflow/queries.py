import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.memo import kept_a_moment
from citygrid.workflow import models
from citygrid.workflow.errors import FieldsMissing, FindingUnknown, ProcedureInvalid, StepNotAllowed
from citygrid.workflow.rules import (
    AFTER,
    FINISH,
    GIVE,
    TAKE_BACK,
    Action,
    Difference,
    Move,
    Procedure,
    Situation,
    begin,
    differences,
    judge,
    offers,
    parse,
    picture,
)

__all__ = [
    "FINISH",
    "GIVE",
    "TAKE_BACK",
    "Action",
    "Difference",
    "Move",
    "Procedure",
    "Situation",
    "begin",
    "beginnings",
    "differences",
    "draft",
    "done_at_once",
    "forget",
    "judge",
    "latest_version",
    "offers",
    "picture",
    "procedure",
    "procedures",
    "read_text",
]


def procedure(code: str, version: int | None = None) -> Procedure:
    """A version of a procedure, by default the newest. NotFound (404) when it was never published."""
    return _version(code, latest_version(code) if version is None else version)


def beginnings(procedure: Procedure, actor: Actor) -> list[Action]:
    """The actions with which this actor may begin a case of the procedure, in its order."""
    return [action for action in procedure.actions.values() if action.begins and _may_begin(procedure, action, actor)]


def done_at_once(procedure: Procedure, actor: Actor) -> Action | None:
    """The action with which this actor begins a case of what it has handled already: it takes a photo of after."""
    found = (each for each in beginnings(procedure, actor) if AFTER in (*each.evidence, *each.takes))
    return next(found, None)


def _may_begin(procedure: Procedure, action: Action, actor: Actor) -> bool:
    try:
        begin(procedure, action.code, actor, {})
    except StepNotAllowed:
        return False
    except (FieldsMissing, FindingUnknown):  # asked of what is given, once the role may
        return True
    return True


def latest_version(code: str) -> int:
    """The newest published version. NotFound (404) when there is none."""
    newest = models.ProcedureVersion.objects.filter(code=code).order_by("-version").values_list("version", flat=True)
    if not newest:
        raise NotFound(what=_("procedure"), name=code)
    return newest[0]


def read_text(text: str) -> tuple[Mapping[str, Any], Procedure]:
    """The document of a YAML text and the procedure it describes. ProcedureInvalid lists every problem at once."""
    try:
        # What refers to other places of the text could be small and become endless.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise ProcedureInvalid([str(_("anchors and references (& and *) are not taken"))])
        document = json.loads(json.dumps(yaml.safe_load(text)))
        return document, parse(document, access.roles())
    except yaml.YAMLError as fault:
        raise ProcedureInvalid([str(fault)]) from fault
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        form = _("it has not the form of a procedure (%(fault)s)") % {"fault": fault}
        raise ProcedureInvalid([form]) from fault


def draft(code: str) -> str:
    """The newest version as a YAML text with the next number, to be changed. NotFound (404)."""
    row = models.ProcedureVersion.objects.get(code=code, version=latest_version(code))
    document = {**json.loads(row.document), "version": row.version + 1}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)


@kept_a_moment
def procedures() -> list[tuple[str, int]]:
    """Code and version of everything that was published, newest first; a new one may be missing for a moment."""
    return list(models.ProcedureVersion.objects.order_by("code", "-version").values_list("code", "version"))


def forget() -> None:
    """Read every version anew: one that was read before its publication was rolled back may become another."""
    _version.cache_clear()


@cache  # a published version never changes
def _version(code: str, version: int) -> Procedure:
    row = models.ProcedureVersion.objects.filter(code=code, version=version).first()
    if row is None:
        raise NotFound(what=_("procedure"), name=f"{code} {version}")
    return parse(json.loads(row.document), access.roles())
