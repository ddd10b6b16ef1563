"""WSGI entry point: pages, API, uploads and downloads, whose bodies stream here and only here."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

from icse.floor import refuse_unsafe_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")

application = get_wsgi_application()
refuse_unsafe_role()
connection.close()  # this thread serves nothing; and gunicorn forks after it
