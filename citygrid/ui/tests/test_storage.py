"""Static files under the names that pages and chunks ask for."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from citygrid.ui.storage import StaticStorage, is_immutable

BUILT = Path(settings.ROOT / "citygrid/ui/static/dist")


@pytest.fixture
def collected(tmp_path: Path, settings) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("js", "css", "map", "html")
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "citygrid.ui.storage.StaticStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_a_chunk_imports_modules_by_the_names_pages_load_them_by(collected: Path) -> None:
    storage = StaticStorage(location=str(collected))
    loaded = {f"dist/{each['file']}" for each in json.loads((BUILT / "manifest.json").read_text()).values()}
    assert {storage.url(name).removeprefix("/static/") for name in loaded} == loaded
    for name in loaded:
        for wanted in re.findall(r'from"\./([^"]+\.js)"', (collected / name).read_text()):
            assert f"dist/assets/{wanted}" in loaded, (name, wanted)


def test_other_files_get_a_name_of_their_content_and_may_be_kept(collected: Path) -> None:
    url = StaticStorage(location=str(collected)).url("dist/icons.svg")
    assert re.search(r"icons\.[0-9a-f]{12}\.svg$", url) and is_immutable("", url)
    assert is_immutable("", "/static/dist/assets/main-BM6M44bh.css")
    assert not is_immutable("", "/static/dist/icons.svg")
