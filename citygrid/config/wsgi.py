import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
# A person waits for what the web asks of the database; commands and jobs may take their time.
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=20s -c idle_in_transaction_session_timeout=60s")
os.environ.setdefault("PGAPPNAME", "citygrid web")  # by which `kernel.health` knows that it runs
application = get_wsgi_application()
