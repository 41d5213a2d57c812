"""What the documentation must name, and what it forgot: `make docs`, and tests/architecture/test_docs.py.

Settings, permissions, events, modules, terms and the words of procedures are read from the code; each needs a heading
or the first cells of a table row in the page that owns it.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django
import yaml
from django.apps import apps
from django.utils.module_loading import import_string

from tools.source import PACKAGE, ROOT, modules, tracked

DOCS = ROOT / "docs"
SETTING = re.compile(r"\b(CITYGRID_[A-Z_]+[A-Z]|DATABASE_URL)\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_PLAIN_TERMS = {"kernel", "ui", "procrastinate"}  # tables of mechanisms, not of the city


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page, code marks taken out."""
    lines = page.read_text(encoding="utf-8").replace("`", "").splitlines() if page.exists() else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def entries(page: Path) -> list[str]:
    """What a page explains: its headings, and the first two cells of its table rows."""
    lines = page.read_text(encoding="utf-8").replace("`", "").splitlines() if page.exists() else []
    return [line for line in lines if line.startswith("#")] + [" ".join(cells[:2]) for cells in rows(page)]


def names(page: Path, wanted: set[str]) -> set[str]:
    """Those of the wanted names that no heading or row of the page holds."""
    text = "\n".join(entries(page))
    return {name for name in wanted if not re.search(rf"(?<![\w.:-]){re.escape(name)}(?![\w:-]|\.\w)", text)}


def settings() -> set[str]:
    """Environment variables that the platform reads."""
    places = (ROOT / "citygrid", ROOT / "deploy", ROOT / "Makefile", ROOT / "benchmarks")
    read = (path for path in tracked() if any(path.is_relative_to(place) for place in places))
    texts = (path.read_text(encoding="utf-8") for path in read if path.suffix in ("", ".py", ".env", ".sh"))
    return {name for text in texts for name in SETTING.findall(text)}


def load(name: str) -> None:
    """Import the file of this name in every module that has one, so that all it declares is known."""
    for module in modules():
        if (PACKAGE / module / f"{name}.py").exists():
            import_module(f"citygrid.{module}.{name}")


def permissions() -> set[str]:
    load("permissions")
    return set(import_string("citygrid.kernel.permissions.declared")())


def events() -> set[str]:
    """Events that are announced: the subclasses in the modules' events.py that have none themselves."""
    load("events")
    base = import_string("citygrid.kernel.events.Event")
    return {kind.__name__ for kind in _below(base) if not kind.__subclasses__() and ".tests" not in kind.__module__}


def subscriptions() -> set[tuple[str, str]]:
    """Event and module of every subscription."""
    load("handlers")
    known = import_string("citygrid.kernel.events.subscriptions")().items()
    return {(event, handler.split(".")[1]) for handler, event in known if ".tests." not in handler}


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def tables() -> set[str]:
    """Names of the business records."""
    ours = (app for app in apps.get_app_configs() if app.name.startswith("citygrid."))
    return {model.__name__ for app in ours if app.label not in NOT_PLAIN_TERMS for model in app.get_models()}


def terms() -> dict[str, str]:
    """Code names of roles, states and actions, with their Chinese words."""
    roles = yaml.safe_load((ROOT / "data/roles.yaml").read_text())["roles"]
    found = {role["code"]: role["zh"] for role in roles}
    for path in sorted((ROOT / "data/procedures").glob("*.yaml")):
        procedure = yaml.safe_load(path.read_text())
        for part in ("states", "actions"):
            found |= {code: body["zh"] for code, body in procedure[part].items()}
    return found


def procedure_words() -> set[str]:
    """Every word that a procedure may use."""
    procedure = import_string("citygrid.workflow.rules.procedure")
    words = procedure.STATE_WORDS | procedure.ACTION_WORDS | procedure.CLOCK_EFFECTS
    return set(words | procedure.AXES | procedure.FIELDS)


def glossary() -> dict[str, str]:
    """Code name to Chinese term, from the rows of the glossary."""
    return {name.strip(): cells[0] for cells in rows(DOCS / "glossary.md") for name in cells[1].split(",")}


def forgotten() -> list[str]:
    """Everything that should be documented and is not."""
    wanted = {
        DOCS / "operate.md": settings(),
        DOCS / "permissions.md": permissions(),
        DOCS / "events.md": events(),
        ROOT / "ARCHITECTURE.md": set(modules()),
        DOCS / "glossary.md": tables() | set(terms()),
        DOCS / "administer/procedures.md": procedure_words(),
    }
    found = [
        f"{page.relative_to(ROOT)}: {name}" for page, all_ in wanted.items() for name in sorted(names(page, all_))
    ]
    told = {(cells[0], cells[1]) for cells in rows(DOCS / "events.md")}
    found += [f"docs/events.md: {module} subscribes to {event}" for event, module in sorted(subscriptions() - told)]
    return found + list(wrong_terms()) + list(dead_links())


def wrong_terms() -> Iterator[str]:
    """Terms that the glossary gives another Chinese word than the data, and words given to two concepts."""
    known = glossary()
    for code, chinese in terms().items():
        if code in known and known[code] != chinese:
            yield f"docs/glossary.md: {code} is {known[code]}, the data say {chinese}"
    concepts: dict[str, set[str]] = {}
    for cells in rows(DOCS / "glossary.md"):
        if CHINESE.search(cells[0]):
            concepts.setdefault(cells[0], set()).add(cells[1])
    yield from (f"docs/glossary.md: {word} stands for {found}" for word, found in concepts.items() if len(found) > 1)


def dead_links() -> Iterator[str]:
    """Links between pages that lead nowhere."""
    for page in (path for path in tracked() if path.suffix == ".md"):
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: the link to {target} leads nowhere"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check"])
    parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    django.setup()
    found = forgotten()
    print("\n".join(found) or "docs: everything is documented")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
