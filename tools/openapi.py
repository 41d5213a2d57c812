"""Rewrite docs/openapi.json from the code: `python -m tools.openapi`. A test compares the two."""

import json
import os
import sys
from pathlib import Path

import django
from django.utils.translation import override

PAGE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def page() -> str:
    """The OpenAPI description as the code has it now."""
    # Importable only once Django is set up, which this file does itself when it is run.
    from citygrid.config.api import api  # noqa: PLC0415

    with override("en"):
        return json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, default=str) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    django.setup()
    sys.stdout.write(f"{PAGE.write_text(page())} characters in {PAGE.name}\n")
