"""Settings, read from the environment. Without DATABASE_URL the embedded services of `DATA_DIR` are used."""

import os
from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF

from accounts.signing_in.limits import ACCOUNT_LIMIT, COOL_OFF
from icse import env, roles
from icse.embedded.layout import Layout

BASE_DIR: Final = Path(__file__).resolve().parent.parent

# --- Where this process stands -----------------------------------------------------------------------------

ICSE_ROLE = env.choice("ICSE_ROLE", roles.ROLES, roles.APP)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
EMBEDDED = not env.text("DATABASE_URL")
PORT = env.integer("PORT", 8000, minimum=1, maximum=65535)
BIND_ADDRESS = env.text("BIND_ADDRESS", "127.0.0.1")
DEMO = env.flag("DEMO", default=EMBEDDED)  # on the first start
CORES = env.integer("WORKER_CORES", os.cpu_count() or 1, minimum=1, maximum=512)

_LAYOUT = Layout(DATA_DIR)
_DATABASE_VARIABLES = {
    roles.APP: "DATABASE_URL",
    roles.ENGINE: "DATABASE_ENGINE_URL",
    roles.OWNER: "DATABASE_OWNER_URL",
}

# --- Security ----------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
if EMBEDDED:
    # Before the first start there is no key yet; `manage.py up` makes one, checks and linters need none.
    SECRET_KEY = _LAYOUT.secrets.read("django") or "only until the first start of this installation"
else:
    SECRET_KEY = env.required("SECRET_KEY", "sessions and signatures hang on it")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

# How many proxies of our own append to X-Forwarded-For; 0: the header is not believed at all.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, minimum=0, maximum=10)

# From where /metrics is answered. Behind a proxy that TRUSTED_PROXIES does not count, all would be loopback.
METRICS_NETWORKS = env.networks("METRICS_NETWORKS", ["127.0.0.0/8", "::1/128"] if EMBEDDED else [])

HTTPS = env.flag("HTTPS", default=not EMBEDDED)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = (
    12 * 3600
)  # its absolute limit; that without a request stands in accounts.signing_in.limits
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Two installations on one machine share the host name, and browsers keep cookies per host, not per port.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else f"sessionid_{PORT}"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else f"device_{PORT}"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "icse.common.pages.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else f"csrftoken_{PORT}"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        **{name: [SELF] for name in ("font-src", "connect-src", "worker-src", "manifest-src", "form-action")},
        **{name: [NONE] for name in ("base-uri", "frame-ancestors", "object-src")},
    }
}

# --- Applications ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "icse",
    "icse.common",
    "accounts",
    "accounts.audit",
    "accounts.grants",
    "accounts.onboarding",
    "accounts.sharing",
    "accounts.signing_in",
    "evidence",
    "evidence.uploads",
    "evidence.retention",
    "media_analysis",
    "series",
    "series.hits",
    "search",
    "forum",
    "guardian",
    "allauth",
    "allauth.account",  # only because the next two stand on it; nothing of it is routed
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "icse.common.addresses.TrustedAddressMiddleware",
    "evidence.uploads.middleware.TusMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "icse.common.middleware.ClosedToOthersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.signing_in.middleware.SessionMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.signing_in.middleware.SecondFactorMiddleware",
    "accounts.middleware.ActingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "icse.common.middleware.DomainErrorMiddleware",
    # Innermost: it sees every answer of a page first, and stops one of which nothing can be put on record.
    "accounts.audit.middleware.AuditMiddleware",
]

ROOT_URLCONF = "icse.urls"
WSGI_APPLICATION = "icse.wsgi.application"
ASGI_APPLICATION = "icse.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "icse.frame.frame",
            ],
        },
    }
]

# --- Database: one of three roles, chosen when the process starts ------------------------------------------


def _database() -> dict[str, str]:
    if EMBEDDED:
        return _LAYOUT.database(ICSE_ROLE)
    variable = _DATABASE_VARIABLES[ICSE_ROLE]
    return env.database(variable, env.required(variable, f"the database address of the role {ICSE_ROLE}"))


DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_database(),
        # Under uvicorn a kept connection would belong to a thread that may never serve again.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10},
        # A statement goes out together with the one that says for whom it is made; a cursor cannot.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who signs in ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Officer"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.OfficerBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian would otherwise make an officer of no country
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- The second factor and lockout --------------------------------------------------------------------------

# Off for trials on one's own machine only; `check --deploy` refuses it and every page says so.
SECOND_FACTOR = env.flag("SECOND_FACTOR", default=True)

MFA_ADAPTER = "accounts.signing_in.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "ICSE"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s before and after: clocks drift
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # http://localhost, where browsers allow it

AXES_HANDLER = "accounts.signing_in.lockout.LockoutHandler"
AXES_CLIENT_IP_CALLABLE = "icse.common.addresses.address_of"
AXES_FAILURE_LIMIT = ACCOUNT_LIMIT
AXES_COOLOFF_TIME = COOL_OFF
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it, and of sign-ins that failed only that they did
AXES_VERBOSE = False

SILENCED_SYSTEM_CHECKS = [
    "axes.W002",  # its middleware would answer a locked account otherwise than a wrong password
    "axes.W003",  # its backend would refuse before the password is hashed, which takes less time
    "axes.W006",  # the address is counted by our own handler
]

# --- The audit log -----------------------------------------------------------------------------------------

# What signs its checkpoints: 32 random bytes in base64url. Only `manage.py seal_audit` needs it.
AUDIT_KEY = _LAYOUT.secrets.read("audit") if EMBEDDED else env.text("AUDIT_KEY")

# --- Files -------------------------------------------------------------------------------------------------

EVIDENCE_DIR = env.path("EVIDENCE_DIR", DATA_DIR / "evidence")
# A bucket to keep the objects in; what arrives, and copies of what is read, then lie in EVIDENCE_DIR.
STORE_BUCKET = env.text("STORE_BUCKET")
STORE_BUCKET_ENDPOINT = env.text("STORE_BUCKET_ENDPOINT")
STORE_BUCKET_REGION = env.text("STORE_BUCKET_REGION")
STORE_CACHE = env.integer("STORE_CACHE_GB", 50, minimum=1, maximum=10**6) * 1024**3
# What the files' own keys are wrapped under: a file of keys, or a class that asks elsewhere.
KEY_FILE = env.file("KEY_FILE", _LAYOUT.secrets.folder / "evidence-keys")
KEY_HOLDER = env.text("KEY_HOLDER")
PKCS11_MODULE = env.text("PKCS11_MODULE")
PKCS11_TOKEN = env.text("PKCS11_TOKEN", "icse")
PKCS11_PIN_FILE = env.file("PKCS11_PIN_FILE", _LAYOUT.secrets.folder / "pkcs11-pin")
# The largest file that is taken at once, and the room that is left for derivatives and the database.
UPLOAD_LIMIT = env.integer("UPLOAD_LIMIT_GB", 10, minimum=1, maximum=1000) * 1024**3
STORAGE_RESERVE = env.integer("STORAGE_RESERVE_MB", 512, minimum=0, maximum=1024**2) * 1024**2
# How much an officer, and a country, may hand in on one day.
UPLOAD_OFFICER_DAY = env.integer("UPLOAD_OFFICER_DAY_GB", 500, minimum=1, maximum=10**6) * 1024**3
UPLOAD_COUNTRY_DAY = env.integer("UPLOAD_COUNTRY_DAY_GB", 5000, minimum=1, maximum=10**6) * 1024**3
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    # Nothing may be stored past evidence's own store; what tries is at least not kept.
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Language and time -------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- API ---------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "icse.pagination.Pages",
    "EXCEPTION_HANDLER": "icse.common.api.handle_exception",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ICSE",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

# --- Analysis -----------------------------------------------------------------------------------------------

# Behind which socket the decoder is a service; else each worker starts its own, sandboxed where that works.
DECODER_SOCKET = env.text("DECODER_SOCKET")
DECODER_SANDBOX = env.choice("DECODER_SANDBOX", ("required", "best"), "best" if EMBEDDED else "required")

CLAMAV_SOCKET = env.text("CLAMAV_SOCKET")  # of clamd; without it nothing is scanned for malware

FACE_ANALYZER = env.choice("FACE_ANALYZER", ("sface", "dlib"), "sface")

# --- Jobs --------------------------------------------------------------------------------------------------

BROKER_URL = (
    _LAYOUT.broker_url()
    if EMBEDDED
    else env.broker("BROKER_URL", env.required("BROKER_URL", "the address of Redis or Valkey"))
)
# A task's hard limit in seconds. A lost task returns after twice that and a minute (visibility timeout).
TASK_TIME_LIMIT = env.integer("TASK_TIME_LIMIT", 420, minimum=10, maximum=3600)

CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 2 * TASK_TIME_LIMIT + 60,
    "queue_order_strategy": "priority",
    "priority_steps": [0, 3, 6, 9],
    # kombu looks for unacknowledged tasks every interval x throttle, by default only every 100 s
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 25,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_DEFAULT_PRIORITY = 6  # Redis serves 0 first; urgent material is sent with 0
CELERY_TASK_ROUTES: dict[str, dict[str, Any]] = {
    "media_analysis.analyze*": {"queue": "analyze"},
    "media_analysis.match*": {"queue": "match"},
    "media_analysis.query*": {"queue": "query"},
    "search.*": {"queue": "query"},
    # on the quick queue, because behind a long line of analyses it would hold up every new upload
    "common.relay_outbox": {"queue": "query", "priority": 0},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT
CELERY_TASK_SOFT_TIME_LIMIT = TASK_TIME_LIMIT - TASK_TIME_LIMIT // 7
# Bounded by Celery; a poisonous file is stopped by the attempts counted before the work.
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Hints to open pages -----------------------------------------------------------------------------------

CHANNEL_LAYERS = {
    "default": {
        # The publish-subscribe layer: the plain one drops messages of idle sockets past the first hundred.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [BROKER_URL.replace("redis+socket://", "unix://", 1)]},
    }
}

# --- Logs --------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {"axes": {"level": "ERROR"}},  # it tells at each sign-in what the audit log has anyway
}
