"""Tests of the look need no collected static files and no running cluster."""

import json
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation

MANIFEST = {"main.ts": {"file": "assets/main.js", "src": "main.ts", "isEntry": True, "css": ["assets/main.css"]}}
PROCESSORS = ["django.template.context_processors.request", "django.template.context_processors.i18n"]


@pytest.fixture(autouse=True)
def plain_static(settings, tmp_path: Path) -> None:
    """Plain names for static files, a manifest of our own, and no context of the modules above."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    engine = {**settings.TEMPLATES[0], "OPTIONS": {"context_processors": PROCESSORS}}
    settings.TEMPLATES = [engine]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    settings.DJANGO_VITE = {"default": {"manifest_path": manifest, "static_url_prefix": "dist"}}


@pytest.fixture(autouse=True)
def english():
    """Words are compared in English unless a test says otherwise."""
    with translation.override("en"):
        yield


@pytest.fixture
def requests() -> RequestFactory:
    return RequestFactory()
