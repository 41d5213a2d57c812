#!/usr/bin/env python
"""Run an administrative command: `./manage.py help` lists them by module."""

import os
import sys

from django.core.management import execute_from_command_line

from citygrid.kernel.commands import refusals_told

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    with refusals_told():
        execute_from_command_line(sys.argv)
