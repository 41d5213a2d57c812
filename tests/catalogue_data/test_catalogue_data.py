"""The catalogue tables fit together, speak both languages and claim nothing that they cannot show."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tools.build_default_standard import SENTENCES, default_standards, read_table

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "standards"
CATEGORIES = read_table("categories")
PROBLEMS = {row["code"]: row for row in read_table("problem_types")}
REVIEWED = read_table("category_problems")
UNIT_KINDS = {row["code"] for row in read_table("unit_kinds")}
STANDARDS = list(default_standards())
LIMIT_UNITS = {"urgent_hour", "work_hour", "work_day", "natural_day"}
EVIDENCE = {"photo_before", "photo_after", "record_before", "record_after", "document_after"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def key(row: dict[str, str]) -> tuple[str, str]:
    return row["kind"], row["code"]


def reference(name: str) -> Path:
    if not REFERENCE.is_dir():
        print(f"skipped: no reference folder {REFERENCE.name} beside the checkout")
        pytest.skip("the reference standards are not here")
    return REFERENCE / name


def test_scheme_holds_153_components_and_250_matters_with_unique_keys():
    assert Counter(row["kind"] for row in CATEGORIES) == {"component": 153, "matter": 250}
    assert len({key(row) for row in CATEGORIES}) == len(CATEGORIES)
    assert {row["scheme"] for row in CATEGORIES} == {row["code"] for row in read_table("schemes")}
    assert all(re.fullmatch(r"\d{5}", row["code"]) and row["code"][:2] == row["major_code"] for row in CATEGORIES)


def test_codes_and_chinese_names_are_those_of_the_reference():
    with reference("categories.csv").open(encoding="utf-8", newline="") as lines:
        known = {
            (row["kind"], row["full_code"], row["minor_zh"], row["major_zh"])
            for row in csv.DictReader(lines)
            if row["scheme"] == "GBT47678.5-2026"
        }
    assert {(*key(row), row["minor_zh"], row["major_zh"]) for row in CATEGORIES} == known


def test_a_code_shared_by_both_kinds_is_always_the_matter_of_that_component():
    subjects = {key(row): (row["subject_zh"], row["problem_types"]) for row in REVIEWED}
    names = {key(row): row["minor_zh"] for row in CATEGORIES}
    shared = {code for kind, code in names if kind == "component"} & {code for kind, code in names if kind == "matter"}
    assert len(shared) == 153
    for code in shared:
        assert names["matter", code].replace("异常", "") == names["component", code]
        assert subjects["matter", code] == subjects["component", code]


def test_every_category_is_reviewed_once_and_nothing_else_is():
    assert Counter(key(row) for row in REVIEWED) == Counter(key(row) for row in CATEGORIES)
    names = {key(row): row["minor_zh"] for row in CATEGORIES}
    assert all(row["name_zh"] == names[key(row)] for row in REVIEWED)


def test_every_problem_type_named_is_defined_used_and_of_the_right_kind():
    used = set()
    for row in REVIEWED:
        codes = row["problem_types"].split(";")
        assert 1 <= len(codes) == len(set(codes)) <= 6, row["code"]
        about = "component" if row["code"] < "06" else "matter"
        assert all(PROBLEMS[code]["kind"] in ("any", about) for code in codes), row["code"]
        used.update(codes)
    assert used == set(PROBLEMS)
    assert len(PROBLEMS) == len(read_table("problem_types"))


def test_every_unit_kind_named_is_defined_once():
    assert len(UNIT_KINDS) == len(read_table("unit_kinds"))
    assert {row["unit_kind"] for row in STANDARDS} <= UNIT_KINDS
    assert {row["default_unit_kind"] for row in REVIEWED} <= UNIT_KINDS


def test_every_limit_level_area_class_and_evidence_is_a_known_one():
    for row in PROBLEMS.values():
        assert row["limit_unit"] in LIMIT_UNITS and int(row["limit_value"]) > 0, row["code"]
        assert (row["level"], row["area_class"]) == ("general", "all")
        assert set(row["evidence"].split(";")) <= EVIDENCE and row["evidence"], row["code"]


def test_default_standard_has_unique_ids_and_covers_every_category():
    assert len({row["id"] for row in STANDARDS}) == len(STANDARDS)
    assert {key(row) for row in STANDARDS} == {key(row) for row in CATEGORIES}


def test_every_sentence_names_its_subject_and_renders_in_its_own_language():
    subjects = {key(row): row for row in REVIEWED}
    for row in STANDARDS:
        for field in SENTENCES:
            text, subject = row[field], subjects[key(row)]["subject_" + field[-2:]]
            assert subject in text and not re.search(r"[{}]|  |,,|，，", text), row["id"]
            assert bool(CHINESE.search(text)) == field.endswith("_zh"), (row["id"], text)
            assert text[0] == text[0].upper() and text.strip() == text, row["id"]


def test_names_are_given_in_both_languages_everywhere():
    for table in ("categories", "problem_types", "unit_kinds", "schemes", "category_problems"):
        for row in read_table(table):
            for field, text in row.items():
                if field.endswith(("zh", "en")):
                    assert text and bool(CHINESE.search(text)) == field.endswith("zh"), (table, row)


def test_no_sentence_is_one_of_the_municipal_table():
    with reference("time_limits.csv").open(encoding="utf-8", newline="") as lines:
        municipal = {row[field].strip() for row in csv.DictReader(lines) for field in SENTENCES}
    ours = {row[field] for row in (*STANDARDS, *PROBLEMS.values()) for field in SENTENCES}
    assert not ours & municipal


def test_every_limit_is_the_figure_its_stated_origin_gives():
    figures = json.loads(reference("limit_fallbacks.json").read_text(encoding="utf-8"))
    pattern = {entry["limit"].split(" (")[0] for entry in figures["_meta"]["manhole_family_pattern"]}
    for row in PROBLEMS.values():
        limit = f"{row['limit_value']} {row['limit_unit']}"
        if row["limit_origin"] == "pattern":
            assert limit in pattern, row["code"]
            continue
        kind, source = row["limit_source"].split("/")
        seen = figures["event" if kind == "matter" else kind][source]
        counts = seen["distribution"]
        modes = [text for text, count in counts.items() if count == max(counts.values())]
        expected = {"modal": modes[:1], "tied_modal": modes, "judgement": list(counts)}[row["limit_origin"]]
        assert limit in expected and row["limit_rows"] == str(seen["n_rows"]), row["code"]
        assert (row["limit_origin"] == "tied_modal") == (len(modes) > 1) or row["limit_origin"] == "judgement"
