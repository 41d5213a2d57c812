import csv
from decimal import Decimal

import pytest

from citygrid.catalogue.rules import (
    COLUMNS,
    CategoryIn,
    category_faults,
    read_catalogue,
    standard_faults,
)
from citygrid.catalogue.tests import factories
from citygrid.kernel.worktime import Limit, Unit


@pytest.fixture
def tables(tmp_path):
    folder = factories.folder(tmp_path)
    texts = {name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in COLUMNS}
    return {name: list(csv.DictReader(text.splitlines())) for name, text in texts.items()}


def test_a_standard_is_the_join_of_a_category_and_its_problem_type(tables):
    read = read_catalogue(tables)
    assert read.faults == []
    missing, rattling = read.standards
    assert (missing.code, missing.category_key) == ("small/component/01001/missing", "small/component/01001")
    assert (missing.condition_zh, missing.condition_en) == ("井盖有问题missing", "The cover is missing")
    assert missing.limit == Limit(Decimal(2), Unit.URGENT_HOUR)
    assert rattling.limit == Limit(Decimal("2.5"), Unit.WORK_DAY)
    assert (missing.unit_kind, missing.evidence) == ("water", ("photo_before", "photo_after"))


def test_majors_are_made_from_the_rows_that_name_them(tables):
    tables["categories"].append({**tables["categories"][0], "code": "01002", "status": "retired"})
    categories = read_catalogue(tables).categories
    assert [(c.code, c.is_major, c.parent_code, c.is_active) for c in categories] == [
        ("01", True, "", True),
        ("01001", False, "01", True),
        ("01002", False, "01", False),
    ]


def test_the_unit_kind_of_a_problem_type_goes_before_that_of_the_category(tables):
    tables["unit_kinds"].append({"code": "police", "zh": "公安", "en": "Police"})
    tables["problem_types"][0]["unit_kind"] = "police"
    assert [s.unit_kind for s in read_catalogue(tables).standards] == ["police", "water"]


def test_a_standard_for_an_area_class_has_a_code_of_its_own(tables):
    tables["problem_types"][0]["area_class"] = "core"
    assert read_catalogue(tables).standards[0].code == "small/component/01001/missing/core/general"


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("categories", "scheme", "other", "is not the folder's"),
        ("categories", "kind", "animal", "unknown kind"),
        ("categories", "code", "01/1", "holds a slash"),
        ("categories", "minor_zh", "", ""),
        ("problem_types", "limit_value", "soon", "unusable limit"),
        ("problem_types", "limit_unit", "moon", "unusable limit"),
        ("problem_types", "limit_value", "0", "limit of nothing"),
        ("problem_types", "evidence", "smell", "unknown evidence"),
        ("problem_types", "closing_zh", "", "no filing or closing condition"),
        ("category_problems", "code", "01009", "no such category"),
        ("category_problems", "problem_types", "missing;gone", "unknown problem type 'gone'"),
        ("category_problems", "default_unit_kind", "navy", "unknown kind of unit 'navy'"),
    ],
)
def test_every_fault_of_a_table_is_named(tables, table, column, value, words):
    tables[table][0][column] = value
    faults = read_catalogue(tables).faults
    assert any(words in fault for fault in faults) is bool(words), faults


def test_a_category_without_a_standard_is_a_fault(tables):
    tables["category_problems"] = []
    assert read_catalogue(tables).faults == ["small/component/01001: no filing standard"]


def test_a_folder_of_two_schemes_is_a_fault(tables):
    tables["schemes"] *= 2
    assert read_catalogue(tables).faults == ["schemes: a folder holds exactly one scheme"]


def test_category_definitions_are_checked():
    good = CategoryIn("matter", "1", "一")
    assert category_faults("s", [good]) == []
    assert category_faults("s", [good, good]) == ["s/matter/1: defined twice"]
    assert category_faults("s", [CategoryIn("matter", "1", "")]) == ["s/matter/1: no name"]
    assert category_faults("s", [CategoryIn("matter", "1" * 80, "一")])[0].endswith("or holds a slash")
    assert category_faults("s", [CategoryIn("matter", "1", "一", parent_code="0", is_major=True)]) == [
        "s/matter/1: a major has no parent"
    ]


def test_a_standard_given_twice_is_a_fault(tables):
    standards = read_catalogue(tables).standards
    assert standard_faults([*standards, standards[0]]) == [f"{standards[0].code}: given twice"]
