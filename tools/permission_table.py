"""Rewrite docs/permissions.md from the code: `python -m tools.permission_table`. A test compares the two."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.urls import URLPattern, get_resolver
from django.utils.translation import override

PAGE = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"
# Views of libraries, which cannot carry our mark; each is open to the public and shows no data.
THIRD_PARTY = {"django.views.i18n.set_language", "django.views.i18n.JavaScriptCatalog"}

TEXT = """# Permissions

Written by `python -m tools.permission_table` from the code; a test fails when the two differ.

## Addresses

`public` opens to everybody, `signed in` to every account; all others open to posts whose role has the permission.

| URL name | permission |
|---|---|
{addresses}

## Permissions and roles

Roles are data: `data/roles.yaml`. What may be done to a case in which state is a matter of its procedure.

| permission | allows to | roles |
|---|---|---|
{permissions}
"""


def addresses() -> dict[str, str | None]:
    """What each named address demands; None where its view does not say."""
    return dict(_walk(get_resolver()))


def page() -> str:
    """The page as the code has it now."""
    # Importable only once Django is set up, which this file does itself when it is run.
    from citygrid.access.queries import roles  # noqa: PLC0415
    from citygrid.kernel.permissions import declared  # noqa: PLC0415

    granted = {code: ", ".join(name for name, role in roles().items() if code in role.grants) for code in declared()}
    with override("en"):
        permissions = [f"| {code} | {label} | {granted[code]} |" for code, label in sorted(declared().items())]
    rows = [f"| {name} | {permission} |" for name, permission in sorted(addresses().items())]
    return TEXT.format(addresses="\n".join(rows), permissions="\n".join(permissions))


def _walk(resolver: Any, namespace: str = "") -> Iterator[tuple[str, str | None]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield namespace + (entry.name or str(entry.pattern)), _permission_of(entry.callback)
        elif entry.namespace == "api":
            yield from _operations(entry.urlconf_module)
        else:
            yield from _walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)


def _operations(patterns: list[Any]) -> Iterator[tuple[str, str | None]]:
    """The operations of the API, "api: GET /cases"; those without a guard are public by their own word (auth=None)."""
    api = next(pattern.callback.keywords["api"] for pattern in patterns if hasattr(pattern.callback, "keywords"))
    for router in api._get_bound_routers():
        for route, view in router.path_operations.items():
            for operation in view.operations:
                guards = [guard.permission for guard in operation.auth_callbacks or []]
                for method in operation.methods:
                    yield f"api: {method} {router.prefix}{route}", guards[0] if guards else "public"


def _permission_of(view: Any) -> str | None:
    if f"{view.__module__}.{view.__qualname__}" in THIRD_PARTY:
        return "public"
    return getattr(view, "permission", None)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    django.setup()
    sys.stdout.write(f"{PAGE.write_text(page())} characters in {PAGE.name}\n")
