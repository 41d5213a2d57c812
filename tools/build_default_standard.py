"""Join the catalogue tables into the product's default filing standard and print it as CSV for review.

Usage: python -m tools.build_default_standard > default_standard.csv
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "data" / "catalogue"
SENTENCES = ("condition_zh", "condition_en", "closing_zh", "closing_en")
COPIED = ("evidence", "limit_value", "limit_unit", "area_class", "level", "limit_origin")


def read_table(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """Rows of one catalogue table, every value as text."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def default_standards(folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    """One row per category and problem type: sentences with the subject filled in, limit, evidence, unit kind.

    A problem type's own unit kind, where it has one, goes before that of the category.
    Raises KeyError for a problem type that the table does not define.
    """
    problems = {row["code"]: row for row in read_table("problem_types", folder)}
    for category in read_table("category_problems", folder):
        for problem in (problems[code] for code in category["problem_types"].split(";")):
            yield standard_row(category, problem)


def standard_row(category: dict[str, str], problem: dict[str, str]) -> dict[str, str]:
    """The filing standard of one category with one problem type."""
    row = {
        "id": f"{category['kind']}-{category['code']}-{problem['code']}",
        "kind": category["kind"],
        "code": category["code"],
        "problem_type": problem["code"],
    }
    for field in SENTENCES:
        row[field] = problem[field].format(name=category["subject_" + field[-2:]])
    row |= {field: problem[field] for field in COPIED}
    return row | {"unit_kind": problem["unit_kind"] or category["default_unit_kind"]}


def main() -> None:
    """Print the whole default standard as CSV."""
    rows = list(default_standards())
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main()
