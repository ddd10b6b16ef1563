"""The settings of a test run: the real ones, on servers of the test session's own."""

import os
from pathlib import Path

_BASE_DIR = Path(__file__).resolve().parent.parent

# The developer's own addresses must never be met by a test.
for _name in ("DATABASE_URL", "DATABASE_ENGINE_URL", "DATABASE_OWNER_URL", "BROKER_URL", "SECRET_KEY"):
    os.environ.pop(_name, None)
os.environ["ICSE_ROLE"] = "owner"
os.environ["DATA_DIR"] = str(_BASE_DIR / "var" / "test")

from icse.settings import *  # noqa: E402, F403, TID251
from icse.settings import DATA_DIR, DATABASES, LOGGING, MIDDLEWARE  # noqa: E402, TID251

# Tests that commit empty the tables afterwards, the audit log's as well; and whoever waits for a lock that a
# forgotten connection holds fails, instead of waiting for ever.
DATABASES["default"]["OPTIONS"]["options"] = "-c icse.emptying=on -c lock_timeout=120s"
AUDIT_KEY = "A" * 43
# Tests of signing in turn it on; all others are of somebody who is in already.
SECOND_FACTOR = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MIDDLEWARE = ["tests.roles.RequestsRunAsApp", *MIDDLEWARE]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
LOGGING = {**LOGGING, "root": {"handlers": [], "level": "INFO"}}
