"""Names in two languages, stored side by side."""

from unicodedata import category

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language

from citygrid.kernel.errors import Words


def is_blank(text: str) -> bool:
    """Whether there is nothing to read in a text: only spaces, zero-width letters, marks of direction."""
    return all(letter.isspace() or category(letter) == "Cf" for letter in text)


def in_language(zh: str, en: str) -> str:
    """The text in the active language, or the other one when it is missing."""
    chosen, other = (zh, en) if (get_language() or "zh").startswith("zh") else (en, zh)
    return chosen or other


lazily_in_language = lazy(in_language, str)


class Named(models.Model):
    """A record with a Chinese and an English name; `name` is the one of the active language."""

    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)

    @property
    def lazy_name(self) -> Words:
        """Its name in the language that is active when it is shown, not when it is read."""
        return lazily_in_language(self.name_zh, self.name_en)
