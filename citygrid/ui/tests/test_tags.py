"""The tags of every page."""

import re
from pathlib import Path

import pytest
from django import forms

from citygrid.ui.lamps import Colour
from citygrid.ui.templatetags.ui import icon_names
from citygrid.ui.tests.factories import NOW, draw

MODULES = Path(__file__).parents[2]


@pytest.mark.parametrize("colour", list(Colour))
def test_each_lamp_has_a_shape_of_its_own_and_words(colour):
    drawn = draw("{% lamp colour %}", colour=colour.value)
    others = [draw("{% lamp colour %}", colour=other.value) for other in Colour if other != colour]
    shape = re.search(r"<svg.*?>(.*)</svg>", drawn)[1]
    assert all(shape not in other for other in others)
    assert re.search(r"<span>[^<]+</span></span>$", drawn)


def test_a_lamp_of_an_unknown_colour_is_refused():
    with pytest.raises(ValueError, match="pink"):
        draw("{% lamp 'pink' %}")


def test_words_of_a_lamp_are_escaped():
    assert "<b>" not in draw("{% lamp 'red' words %}", words="<b>late</b>")


def test_a_time_is_exact_on_hover_and_for_machines():
    drawn = draw("{{ at|when }}", at=NOW)
    assert 'datetime="2026-11-23T06:05:33+00:00"' in drawn
    assert 'title="2026-11-23 14:05:33 UTC+08:00"' in drawn
    assert draw("{{ at|when }}", at=None) == "–"


def test_an_icon_is_silent_unless_it_is_given_a_label():
    assert 'aria-hidden="true"' in draw("{% icon 'map' %}")
    assert 'role="img" aria-label="Map"' in draw("{% icon 'map' 'Map' %}")
    assert 'href="/static/dist/icons.svg#map"' in draw("{% icon 'map' %}")


def test_an_icon_outside_the_sprite_is_refused():
    with pytest.raises(ValueError, match=r"icons\.json"):
        draw("{% icon 'no-such-icon' %}")


def test_every_icon_named_in_a_template_is_in_the_sprite():
    used = {
        name
        for template in MODULES.glob("*/templates/**/*.html")
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text())
    }
    assert used
    assert used <= icon_names()


class Form(forms.Form):
    unit = forms.ChoiceField(choices=[("", "Choose"), ("1", "Lighting")], help_text="The one that repairs it.")
    reason = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=[("c", "Component"), ("m", "Matter")], widget=forms.RadioSelect)
    urgent = forms.BooleanField(required=False)


def test_a_field_is_tied_to_its_label_help_and_errors():
    drawn = draw("{{ form }}", form=Form({}))
    select = re.search(r"<select[^>]*>", drawn)[0]
    assert 'aria-describedby="id_unit_helptext id_unit_error"' in select
    assert 'aria-invalid="true"' in select
    for target in ("id_unit_helptext", "id_unit_error", "id_unit"):
        assert f'id="{target}"' in drawn
    assert '<label class="form-label" for="id_unit">Unit</label>' in drawn


def test_a_refused_form_begins_with_a_list_that_leads_to_each_wrong_field():
    drawn = draw("{{ form }}", form=Form({}))
    links = re.findall(r'<li><a href="#([^"]+)"', drawn)
    assert links == ["id_unit", "id_kind"]
    assert all(f'id="{link}"' in drawn for link in links)
    assert "data-error-summary" not in draw("{{ form }}", form=Form())


def test_choices_stand_in_a_fieldset_with_a_legend_and_optional_fields_say_so():
    drawn = draw("{{ form }}", form=Form())
    assert re.search(r'<fieldset class="field" id="id_kind"[^>]*>\s*<legend class="form-label">Kind</legend>', drawn)
    assert drawn.count("(optional)") == 1
    assert 'class="form-check-input"' in drawn
