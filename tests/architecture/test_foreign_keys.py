"""Foreign keys are strings that import-linter cannot see: they too point downwards only."""

import tomllib

import pytest
from django.apps import apps

from tools.source import ROOT

Edge = tuple[str, str, str]


def layers() -> dict[str, int]:
    """Module to its layer, the top one 0, as the import contract draws them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    drawn = next(contract["layers"] for contract in contracts if contract["id"] == "modules")
    return {name.strip(" ()"): level for level, line in enumerate(drawn) for name in line.split("|")}


def wrong(edges: list[Edge]) -> list[str]:
    """Those of the edges (field, module, module it refers to) that do not point to a lower layer."""
    level = layers()
    return [field for field, source, target in edges if source != target and level[source] >= level[target]]


def relations() -> list[Edge]:
    """All relations between our own modules' tables."""
    ours = {app.label: app.name.split(".")[1] for app in apps.get_app_configs() if app.name.startswith("citygrid.")}
    return [
        (f"{model._meta.label}.{field.name}", ours[model._meta.app_label], ours[field.related_model._meta.app_label])
        for model in apps.get_models()
        for field in [*model._meta.get_fields()]
        if model._meta.app_label in ours
        if field.concrete and field.is_relation and field.related_model._meta.app_label in ours
    ]


def test_foreign_keys_point_to_lower_layers() -> None:
    assert wrong(relations()) == []


def test_foreign_keys_of_several_modules_are_looked_at() -> None:
    assert {("cases", "catalogue"), ("cases", "access")} <= {(source, target) for _, source, target in relations()}


@pytest.mark.parametrize(("source", "target"), [("access", "cases"), ("workflow", "inventory"), ("kernel", "access")])
def test_key_that_points_up_or_aside_is_caught(source: str, target: str) -> None:
    assert wrong([("field", source, target)]) == ["field"]
    assert wrong([("field", "cases", "access"), ("field", "cases", "cases")]) == []
