"""The signs of health of this tree beside their limits: `make health`, or `python -m tools.health --json`.

Limits are for looking at, not for passing: the exit status is always 0.
"""

import argparse
import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.source import (
    PACKAGE,
    ROOT,
    Function,
    functions,
    may_write,
    modules,
    orm_writes,
    parsed,
    product_files,
    test_files,
    tracked,
)

WINDOW = 6  # lines that are equal to others in one piece count as duplicated


@dataclass(frozen=True)
class Sign:
    """One line of the table: what was measured, and the limit beside it."""

    name: str
    value: str
    limit: str


def spread(numbers: Iterable[int]) -> list[int]:
    """Median, 95th percentile and maximum."""
    ordered = sorted(numbers) or [0]
    return [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], ordered[-1]]


def slashed(numbers: Iterable[float | int]) -> str:
    return " / ".join(f"{number:g}" for number in numbers)


def percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def length(function: Function) -> int:
    """Lines from the signature to the end, the docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines - docstring_lines(function)


def docstring_lines(node: ast.AST) -> int:
    body = getattr(node, "body", [])
    first = body[0] if isinstance(body, list) and body else None
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or first.lineno) - first.lineno + 1 if first is not None and is_text else 0


def complex_functions() -> int:
    """How many functions pass the complexity gate of pyproject.toml, also those that ask to be let pass."""
    command = [sys.executable, "-m", "ruff", "check", "--select", "C901", "--ignore-noqa", "--output-format", "json"]
    done = subprocess.run([*command, str(PACKAGE)], cwd=ROOT, capture_output=True, text=True)
    return len(json.loads(done.stdout))


def is_typed(function: Function) -> bool:
    """Whether every argument (but self and cls) and the answer have a type."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, [given.vararg, given.kwarg])]
    untyped = [one for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]
    return not untyped and (function.returns is not None or function.name == "__init__")


def comment_lines(path: Path) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return len({token.start[0] for token in tokens if token.type == tokenize.COMMENT})


def inner_imports(path: Path) -> int:
    return sum(
        isinstance(node, ast.Import | ast.ImportFrom)
        for function in functions(parsed(path))
        for node in ast.walk(function)
    )


def imported_modules(module: str) -> set[str]:
    """The other modules a module imports."""
    found = set()
    for path in product_files():
        if path.is_relative_to(PACKAGE / module):
            for node in ast.walk(parsed(path)):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                found |= {name.split(".")[1] for name in names if name.startswith("citygrid.")}
    return found - {module}


def cycles() -> int:
    """Modules that can be reached from themselves."""
    direct = {module: imported_modules(module) for module in modules()}
    reach = {module: set(others) for module, others in direct.items()}
    for _ in direct:
        reach = {
            module: found.union(*(direct.get(other, set()) for other in found)) for module, found in reach.items()
        }
    return sum(module in found for module, found in reach.items())


def duplicated(paths: Iterable[Path]) -> float:
    """Per cent of code lines that stand, in runs of WINDOW lines, in more than one place."""
    windows: dict[tuple[str, ...], list[tuple[Path, int]]] = {}
    total = 0
    for path in paths:
        code = [line.strip() for line in lines_of(path)]
        code = [line for line in code if line and not line.startswith(("#", "import ", "from "))]
        total += len(code)
        for start in range(len(code) - WINDOW + 1):
            windows.setdefault(tuple(code[start : start + WINDOW]), []).append((path, start))
    twice = {
        (path, start + n)
        for found in windows.values()
        if len(found) > 1
        for path, start in found
        for n in range(WINDOW)
    }
    return percent(len(twice), total)


def occurrences(word: str, paths: Iterable[Path]) -> int:
    return sum(len(re.findall(word, path.read_text(encoding="utf-8"))) for path in paths)


def npm_packages() -> int:
    lock = ROOT / "frontend" / "package-lock.json"
    return len(json.loads(lock.read_text())["packages"]) - 1 if lock.exists() else 0


def front_end_ratio(python_lines: int) -> float:
    front = [path for path in tracked() if path.is_relative_to(ROOT / "frontend") and path.suffix in (".ts", ".vue")]
    return round(sum(len(lines_of(path)) for path in front) / python_lines, 2)


def type_errors() -> str:
    """How many errors mypy reports; it is strict in rules, services and queries."""
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    last = (done.stdout.strip().splitlines() or ["mypy did not run"])[-1]
    return found[1] if (found := re.match(r"Found (\d+) error", last)) else "0" if "Success" in last else last


def signs(with_types: bool) -> Iterator[Sign]:
    files, tests = product_files(), test_files()
    found = [function for path in files for function in functions(parsed(path))]
    lengths, total = [length(function) for function in found], sum(len(lines_of(path)) for path in files)
    docs = sum(docstring_lines(node) for path in files for node in ast.walk(parsed(path)))
    public = [one for one in found if not one.name.startswith("_")]
    writes = Counter(may_write(path) for path in files for _ in orm_writes(parsed(path)))
    test_lines = sum(len(lines_of(path)) for path in tests)

    yield Sign("modules; Python files; lines", f"{len(modules())}; {len(files)}; {total}", "")
    yield Sign(
        "file lines: median / p95 / max", slashed(spread(len(lines_of(path)) for path in files)), "100 / 350 / 500"
    )
    yield Sign("function lines: median / p95 / max", slashed(spread(lengths)), "8 / 35 / 50")
    yield Sign("functions over 50 lines, %", f"{percent(sum(n > 50 for n in lengths), len(found))}", "1")
    yield Sign("functions over complexity 8", f"{complex_functions()}", "0")
    yield Sign("modules in cycles; imports inside functions", f"{cycles()}; {sum(map(inner_imports, files))}", "0; 0")
    yield Sign("duplicated lines, %", f"{duplicated(files)}", "2.5")
    comments = sum(map(comment_lines, files))
    yield Sign("comment / docstring lines, %", slashed([percent(comments, total), percent(docs, total)]), "4-8 / 6-12")
    yield Sign("typed public functions, %", f"{percent(sum(map(is_typed, public)), len(public))}", "100")
    if with_types:
        yield Sign("mypy errors", type_errors(), "0")
    yield Sign("ORM writes outside services and models", f"{writes[False]} of {writes.total()}", "0")
    yield Sign("test lines / code lines", f"{test_lines / total:.2f}", "1.0-1.8")
    yield Sign("TypeScript + Vue / Python lines", f"{front_end_ratio(total)}", "0.35")
    yield Sign("locked npm packages", f"{npm_packages()}", "600")
    for name, word in (
        ("unscoped(", r"\.unscoped\("),
        ("# noqa", r"#\s*noqa"),
        ("type: ignore", r"#\s*type:\s*ignore"),
    ):
        yield Sign(f"`{name}`", f"{occurrences(word, files)}", "may only fall")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the signs as JSON")
    parser.add_argument("--types", action="store_true", help="run mypy too (half a minute)")
    given = parser.parse_args()
    found = list(signs(given.types))
    if given.json:
        print(json.dumps([asdict(sign) for sign in found], indent=1))
        return
    for sign in (Sign("sign", "here", "limit"), *found):
        print(f"{sign.name:<46}{sign.value:>20}   {sign.limit}")


if __name__ == "__main__":
    main()
