"""Statements of the web end by themselves; those of commands and jobs may take their time."""

import subprocess
import sys

import pytest

from tests.robustness.platform import ROOT

ASK = """
import {entry}
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        print(cursor.execute("SELECT current_setting(%s)", [name]).fetchone()[0])
"""


@pytest.mark.parametrize(("entry", "told"), [("citygrid.config.wsgi", "20s 1min"), ("manage", "0 0")])
def test_statements_of_the_web_are_bounded(entry: str, told: str) -> None:
    program = "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'citygrid.config.settings')" + ASK
    found = subprocess.run(
        [sys.executable, "-c", program.format(entry=entry)], cwd=ROOT, capture_output=True, text=True
    )
    assert found.stdout.split() == told.split(), found.stderr
