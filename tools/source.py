"""What the health figures and the architecture tests read of the source: files, functions, writes."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "citygrid"
WRITING_SQL = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\b", re.IGNORECASE)
ALWAYS_WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
PLAIN_WRITES = {"create", "save", "delete", "update"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> list[Path]:
    """Every file of the checkout that is or would be committed."""
    listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})


def modules() -> list[str]:
    """The modules that are built: folders of citygrid/ with an apps.py."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/apps.py"))


def product_files() -> list[Path]:
    """Python of the product: no tests, no migrations."""
    found = (path for path in tracked() if path.suffix == ".py" and path.is_relative_to(PACKAGE))
    return [path for path in found if not {"tests", "migrations"} & set(path.parts)]


def test_files() -> list[Path]:
    """Python of the tests."""
    return [
        path for path in tracked() if path.suffix == ".py" and ("tests" in path.parts or path.name == "conftest.py")
    ]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(tree: ast.AST) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def may_write(path: Path) -> bool:
    """Whether ORM writes belong in this file: services and models of a module, and the kernel."""
    module, *inside = path.relative_to(PACKAGE).with_suffix("").parts
    return module == "kernel" or inside[:1] in (["services"], ["models"])


def orm_writes(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that write to the database, told by their form.

    Model and queryset methods take keywords only (`.save()`, `.delete()`, `.create(a=1)`, `.update(a=1)`); those of
    dicts, sets, hashes, caches and files take positions (`.update(other)`, `.delete(key)`, `.save(path)`). Writing SQL
    counts where it is executed as a literal. A many-to-many `.add()` cannot be told from a set's and is not counted.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_is_write(node) or _is_writing_sql(node)):
            yield node


def _is_write(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "copy_rows"
    if not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr, call.func.value
    if name in ALWAYS_WRITES or name == "copy_rows":
        return True
    is_service = isinstance(receiver, ast.Name) and receiver.id.endswith("services")
    return name in PLAIN_WRITES and not call.args and not is_service


def _is_writing_sql(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("execute", "executemany") or not call.args:
        return False
    statement = call.args[0]
    return isinstance(statement, ast.Constant) and bool(WRITING_SQL.match(str(statement.value)))
