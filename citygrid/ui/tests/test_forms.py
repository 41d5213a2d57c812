from django import forms
from django.forms.renderers import TemplatesSetting
from django.test.html import parse_html
from django.test.utils import override_settings
from django.utils.html import escape

from citygrid.ui.forms import FormRenderer

CHOICES = [("", "Any"), ("Roads & <paths>", [("a'b", 'A"<b>'), ("c", "井盖")]), ("d", "D")]


class Choice(forms.Form):
    """One list to choose from, in groups and without."""

    one = forms.ChoiceField(choices=CHOICES)
    many = forms.MultipleChoiceField(choices=CHOICES, required=False)


@override_settings(LANGUAGE_CODE="en")
def test_lists_are_drawn_as_django_draws_them() -> None:
    for data in ({"one": "c", "many": ["a'b", "d"]}, {"one": "<x>"}, {}):
        ours, theirs = Choice(data, renderer=FormRenderer()), Choice(data, renderer=TemplatesSetting())
        for name in ("one", "many"):
            drawn, known = (str(form[name].as_widget()) for form in (ours, theirs))
            assert parse_html(drawn) == parse_html(known)


def test_choices_are_escaped() -> None:
    drawn = str(Choice({"one": "a'b"}, renderer=FormRenderer())["one"])
    assert escape('A"<b>') in drawn and "<b>" not in drawn and "<paths>" not in drawn
