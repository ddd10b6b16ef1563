"""The real settings, on a database of the benchmark's own; requests are served as `icse_app`."""

import os
import tempfile

for _name in ("DATABASE_URL", "DATABASE_ENGINE_URL", "DATABASE_OWNER_URL", "BROKER_URL"):
    os.environ.pop(_name, None)
os.environ["ICSE_ROLE"] = "owner"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="icse-bench-")

from icse.settings import *  # noqa: E402, F403, TID251
from icse.settings import LOGGING, MIDDLEWARE  # noqa: E402, TID251

SECOND_FACTOR = False
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MIDDLEWARE = ["tests.roles.RequestsRunAsApp", *MIDDLEWARE]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {**LOGGING, "root": {"handlers": [], "level": "ERROR"}}
