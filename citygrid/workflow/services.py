import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from citygrid.access import queries as access
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict
from citygrid.workflow import models, permissions, queries
from citygrid.workflow.rules import Procedure, parse


@transaction.atomic
def publish_procedure(*, document: Mapping[str, Any], actor: Actor, now: datetime) -> Procedure:
    """Publish a version of a procedure for cases that begin from now on.

    The same document again changes nothing. ProcedureInvalid (400) lists what is wrong with it; Conflict (409) when
    this version was published with other content.
    """
    actor.require(permissions.MANAGE)
    procedure = parse(document, access.roles())
    key = {"code": procedure.code, "version": procedure.version}
    published = models.ProcedureVersion.objects.filter(**key).first()
    if published and json.loads(published.document) != document:
        raise Conflict()
    if not published:
        models.ProcedureVersion.objects.create(
            **key,
            name_zh=procedure.zh,
            name_en=procedure.en,
            document=json.dumps(document, ensure_ascii=False),
            published_at=now,
        )
        queries.forget()
        audit.record(
            subject=f"workflow.procedure/{procedure.code}",
            action="publish",
            actor=actor,
            now=now,
            data={"version": procedure.version},
        )
    return procedure
