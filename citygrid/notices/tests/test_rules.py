from typing import Any

import pytest
import yaml

from citygrid.notices import queries, rules

GOOD: dict[str, Any] = {
    "fields": {
        "number": {"kind": "text", "zh": "编号", "en": "number", "sample": "7"},
        "place": {"kind": "words", "zh": "地点", "en": "place", "sample": {"zh": "东", "en": "East"}},
        "due": {"kind": "time", "zh": "期限", "en": "deadline", "sample": "2026-03-02T03:00:00+00:00"},
    },
    "subjects": {"case": {"fields": ["number", "place", "due"], "key": "number"}},
    "templates": {
        "due": {
            "about": "case",
            "name": {"zh": "到期", "en": "Due"},
            "text": {"zh": "{number} {due}", "en": "{number} at {due}"},
        }
    },
}
GIVEN = {"number": "1", "due": "", "place": {"zh": "东", "en": "East"}}


def parsed(**template: Any) -> Any:
    """The good document with one template changed."""
    document = {**GOOD, "templates": {"due": {**GOOD["templates"]["due"], **template}}}
    return rules.parse_templates(yaml.safe_dump(document))


def test_template_knows_the_fields_its_sender_gives() -> None:
    assert {name: field.kind for name, field in parsed()["due"].fields.items()} == {
        "number": "text",
        "place": "words",
        "due": "time",
    }


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ({"text": {"zh": "{number}"}}, "text_en: missing"),
        ({"name": {"zh": " ", "en": "Due"}}, "name_zh: missing"),
        ({"name": {"zh": "{number}", "en": "Due"}}, "name_zh: unknown number"),
        ({"name": {"zh": "到" * 61, "en": "Due"}}, "name_zh: long"),
        ({"text": {"zh": "{number}" + "到" * 500, "en": "{number}"}}, "text_zh: long"),
        ({"text": {"zh": "{who}{number}", "en": "{who}{number}"}}, "text_zh: unknown who"),
        ({"text": {"zh": "{place}", "en": "{place}"}}, "text_en: needed number"),
        ({"text": {"zh": "{number}{place}", "en": "{number}"}}, "text_en: one_sided place"),
        ({"text": {"zh": "{number.__class__}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{number[0]}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{number!r}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{number:>99}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{number:{due}}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{}", "en": "x"}}, "text_zh: broken"),
        ({"text": {"zh": "{number", "en": "x"}}, "text_zh: broken"),
    ],
)
def test_template_that_cannot_be_said_is_refused_when_it_is_read(template: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=f"due: {fault}"):
        parsed(**template)


@pytest.mark.parametrize(
    ("change", "fault"), [({"kind": "html"}, "of no known kind"), ({"sample": None}, "unfit sample")]
)
def test_field_of_an_unknown_kind_or_with_another_sample_is_refused(change: Any, fault: str) -> None:
    known = {**GOOD["fields"], "number": {**GOOD["fields"]["number"], **change}}
    with pytest.raises(ValueError, match=f"number.* {fault}"):
        rules.parse_templates(yaml.safe_dump({**GOOD, "fields": known}))


def test_all_fields_of_the_template_are_kept_no_others_and_long_texts_are_cut() -> None:
    given = {**GIVEN, "number": "x" * 500, "phone": "13800138000"}
    assert rules.fitted(parsed()["due"], given) == {**GIVEN, "number": "x" * 200}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {**GIVEN, "due": "tomorrow"},
        {**GIVEN, "due": "2026-03-02T03:00:00"},
        {**GIVEN, "due": None},
        {**GIVEN, "number": True},
        {**GIVEN, "number": {"zh": "1", "en": "1"}},
        {**GIVEN, "place": "东"},
        {**GIVEN, "place": {"zh": "东"}},
        {**GIVEN, "place": {"zh": "东", "en": None}},
    ],
)
def test_params_of_another_kind_do_not_fit(params: Any) -> None:
    with pytest.raises(ValueError, match="due: "):
        rules.fitted(parsed()["due"], params)


def test_shipped_templates_can_be_read() -> None:
    assert {"case_dispatched", "case_overdue", "report_refused"} <= queries.templates().keys()


@pytest.mark.parametrize(
    ("text", "reason", "told"),
    [
        ("办结：{reason}。请答复。", "请说明进展。", "办结：请说明进展。请答复。"),
        ("办结：{reason}。", "请说明进展", "办结：请说明进展。"),
        ("Refused: {reason}.", "Not public.", "Refused: Not public."),
        ("Refused: {reason}. Ask.", "Why?", "Refused: Why? Ask."),
        ("Limit {reason}.", "1.5", "Limit 1.5."),
    ],
)
def test_sentence_ends_once(text: str, reason: str, told: str) -> None:
    assert rules.worded(text, {"reason": reason}) == told
