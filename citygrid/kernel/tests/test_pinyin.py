from pathlib import Path

import pytest
from django.conf import settings

from citygrid.kernel.pinyin import initials


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("雨水箅子", "ysbz"),
        ("暴露垃圾", "bllj"),
        ("井盖", "jg"),
        ("LED 灯 2", "ledd2"),
        ("、·", ""),
        ("", ""),
    ],
)
def test_initials_are_those_that_are_typed(text: str, letters: str) -> None:
    assert initials(text) == letters


def test_every_character_of_the_shipped_catalogue_has_an_initial() -> None:
    files = [path for path in Path(settings.ROOT / "data" / "catalogue").rglob("*") if path.is_file()]
    letters = {letter for path in files for letter in path.read_text() if "\u4e00" <= letter <= "\u9fff"}
    assert len(letters) > 500 and {letter for letter in letters if not initials(letter)} == set()
