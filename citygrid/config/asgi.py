import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=20s -c idle_in_transaction_session_timeout=60s")
django.setup()

from citygrid.live.web.app import Live  # noqa: E402 - after django.setup()

application = Live()
