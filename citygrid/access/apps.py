"""Wiring of the module."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.utils.module_loading import autodiscover_modules

from citygrid.access import rules
from citygrid.access.choices import ROLES_FILE
from citygrid.kernel.permissions import declared


class AccessConfig(AppConfig):
    """Organisations, posts, accounts and roles."""

    name = "citygrid.access"

    def ready(self) -> None:
        autodiscover_modules("permissions")
        checks.register(check_roles, checks.Tags.security)


def check_roles(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A role that grants a permission nobody declares is an error at start."""
    roles = rules.parse_roles((settings.ROOT / ROLES_FILE).read_text())
    modules = [module.split(".")[-1] for module in settings.MODULES]
    unknown = rules.unknown_grants(roles.values(), declared(), modules)
    words = f"{ROLES_FILE} grants what no module declares: "
    return [checks.Error(words + grant, id="access.E001") for grant in unknown]
