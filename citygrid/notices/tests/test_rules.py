from typing import Any

import pytest
import yaml

from citygrid.notices import queries, rules

GOOD: dict[str, Any] = {
    "fields": {"number": "text", "place": "words", "due": "time"},
    "templates": {
        "due": {"name": {"zh": "到期", "en": "Due"}, "text": {"zh": "{number} {due}", "en": "{number} at {due}"}}
    },
}


def parsed(**template: Any) -> Any:
    """The good document with one template changed."""
    document = {**GOOD, "templates": {"due": {**GOOD["templates"]["due"], **template}}}
    return rules.parse_templates(yaml.safe_dump(document))


def test_template_knows_the_fields_it_uses_and_their_kinds() -> None:
    assert parsed()["due"].fields == {"due": "time", "number": "text"}


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ({"text": {"zh": "{number}"}}, "text_en is missing"),
        ({"name": {"zh": " ", "en": "Due"}}, "name_zh is missing"),
        ({"text": {"zh": "{who}", "en": "x"}}, "{who} is not declared"),
        ({"text": {"zh": "{number.__class__}", "en": "x"}}, "not a plain name"),
        ({"text": {"zh": "{number!r}", "en": "x"}}, "not a plain name"),
        ({"text": {"zh": "{number:>99}", "en": "x"}}, "not a plain name"),
        ({"text": {"zh": "{}", "en": "x"}}, "not a plain name"),
        ({"text": {"zh": "{number", "en": "x"}}, "expected"),
    ],
)
def test_template_that_cannot_be_said_is_refused_when_it_is_read(template: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=fault.replace("{", r"\{")):
        parsed(**template)


def test_field_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="number is of no known kind"):
        rules.parse_templates(yaml.safe_dump({**GOOD, "fields": {**GOOD["fields"], "number": "html"}}))


def test_only_the_fields_of_the_template_are_kept_and_long_texts_are_cut() -> None:
    given = {"number": "x" * 500, "due": "", "place": {"zh": "东", "en": "East"}}
    assert rules.fitted(parsed()["due"], given) == {"due": "", "number": "x" * 200}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"number": "1", "due": "tomorrow"},
        {"number": "1", "due": "2026-03-02T03:00:00"},
        {"number": "1", "due": None},
        {"number": True, "due": ""},
        {"number": {"zh": "1", "en": "1"}, "due": ""},
    ],
)
def test_params_of_another_kind_do_not_fit(params: Any) -> None:
    with pytest.raises(ValueError, match="due: "):
        rules.fitted(parsed()["due"], params)


@pytest.mark.parametrize("words", ["东", {"zh": "东"}, {"zh": "东", "en": None}])
def test_words_need_both_languages(words: Any) -> None:
    template = parsed(text={"zh": "{place}", "en": "{place}"})["due"]
    with pytest.raises(ValueError, match="place is no words"):
        rules.fitted(template, {"place": words})


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
