"""Keys of outside applications."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citygrid.exchange import errors, permissions
from citygrid.exchange.models import USUAL_PER_HOUR, Application
from citygrid.exchange.rules import key_hash
from citygrid.geography import queries as geography
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import is_blank


@transaction.atomic
def issue_key(
    *,
    name: str,
    contact: str,
    speaks: str,
    area_code: str = "",
    per_hour: int = USUAL_PER_HOUR,
    actor: Actor,
    now: datetime,
) -> tuple[Application, str]:
    """An application with its key, which is told here and never again. ApplicationUnfit; NotFound for an area."""
    actor.require(permissions.MANAGE_APPLICATIONS)
    if is_blank(name) or is_blank(contact) or per_hour < 1:
        raise errors.ApplicationUnfit()
    if not actor.reach.covers_area(area_code):
        raise NotFound(what=_("area"), name=area_code)
    if area_code:
        geography.area(area_code)
    key = secrets.token_urlsafe(24)
    application = Application.objects.create(
        name=name.strip(),
        contact=contact.strip(),
        speaks=speaks,
        area_code=area_code,
        per_hour=per_hour,
        key_hash=key_hash(key),
        issued_at=now,
        issued_by_id=actor.account_id,
    )
    _record(application, "issue", actor, now)
    return application, key


@transaction.atomic
def revoke_key(*, application_id: UUID, actor: Actor, now: datetime) -> Application:
    """The key opens nothing any more; what came by it stays. NotFound (404)."""
    actor.require(permissions.MANAGE_APPLICATIONS)
    found: Application | None = Application.objects.locked(application_id, actor)
    if found is None:
        raise NotFound(what=_("application"))
    if found.revoked_at is None:
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])
        _record(found, "revoke", actor, now)
    return found


def _record(application: Application, action: str, actor: Actor, now: datetime) -> None:
    data = {"name": application.name, "area_code": application.area_code, "per_hour": application.per_hour}
    audit.record(subject=f"exchange.application/{application.pk}", action=action, actor=actor, now=now, data=data)
