"""Every Django form is drawn by our templates: FORM_RENDERER = "citygrid.ui.forms.FormRenderer"."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Draws `{{ form }}` with a list of what is wrong, help and errors tied to their fields.

    Needs "django.forms" in INSTALLED_APPS for the widgets.
    """

    form_template_name = "ui/_form.html"
    field_template_name = "ui/_field.html"
