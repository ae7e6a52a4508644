"""Settings from the environment. The defaults are the ones that are safe in production.

Each variable is described in docs/configuration.md; any of them may be given as X_FILE,
the path of a file that holds the value, for container secrets.
"""

import sys
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from org.enums import PeriodKind, SubjectKind
from pipeline.enums import ActivityKind, BuyingRole, Category, CreditKind, HelpingRole, Status
from salesmgr import embedded
from salesmgr.embedded import env_bool, env_int, env_list, env_text, is_background

BASE_DIR = Path(__file__).resolve().parent.parent

# Core

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_text("SECRET_KEY") or embedded.secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Plain HTTP is for `make demo` on the own machine; behind a proxy it stays off.
INSECURE_HTTP = env_bool("INSECURE_HTTP", default=False)
WSGI_APPLICATION = "salesmgr.wsgi.application"
ROOT_URLCONF = "salesmgr.urls"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
USE_THOUSAND_SEPARATOR = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_MEGABYTES = env_int("IMPORT_MAX_MEGABYTES", default=200)
IMPORT_MAX_ROWS = env_int("IMPORT_MAX_ROWS", default=1_000_000)

# Apps

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "rules.apps.AutodiscoverRulesConfig",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "kit",
    "org",
    "pipeline",
    "imports",
    "analytics",
    "forecasting",
    "process",
    "coaching",
    "hiring",
    "salesmgr",
    "workbench",
]

MIDDLEWARE = [
    "org.backends.OneRequest",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "org.backends.SessionLimits",
    "org.backends.OrganisationTime",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "org.backends.NoStore",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["kit.templatetags.kit", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "salesmgr.context.shell",
            ],
        },
    },
]

# Database, cache and queue: the servers named in the environment, else the embedded ones.

DATABASES = {"default": embedded.database_config(env_text("DATABASE_URL"))}
# Apart from the URL, so that it can come from a file of its own.
if DATABASE_PASSWORD := env_text("DATABASE_PASSWORD"):
    DATABASES["default"]["PASSWORD"] = DATABASE_PASSWORD
DATABASES["default"]["CONN_MAX_AGE"] = env_int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Somebody waits for a page, and others for its locks; commands and workers may take their time.
BACKGROUND = is_background(sys.argv)
STATEMENT_TIMEOUT_MS = env_int("STATEMENT_TIMEOUT_MS", default=600_000 if BACKGROUND else 15_000)
LOCK_TIMEOUT_MS = env_int("LOCK_TIMEOUT_MS", default=10_000 if BACKGROUND else 2_000)
IDLE_IN_TRANSACTION_TIMEOUT_MS = env_int(
    "IDLE_IN_TRANSACTION_TIMEOUT_MS", default=600_000 if BACKGROUND else 15_000
)
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = " ".join(
    [
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        f"-c lock_timeout={LOCK_TIMEOUT_MS}",
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}",
        "-c timezone=UTC",
        # The pages ask many small questions; compiling each costs more than it saves.
        "-c jit=off",
    ]
)

REDIS_URL = env_text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": embedded.cache_url(REDIS_URL),
        "KEY_PREFIX": "salesmgr",
        # JSON, since Django's own choice is pickle: writing to Redis must not mean running code.
        "OPTIONS": {
            "serializer": "kit.storage.JSONSerializer",
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
            # Once, for a connection that a restart broke; the client's own default waits seconds.
            "retry": Retry(NoBackoff(), 1),
        },
    }
}

CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_ROUTES = {"forecasting.tasks.nightly_chunk": {"queue": "nightly"}}
# For a task that names no limits of its own. At the first it is told to end, at the second killed.
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# In KiB, looked at after each task: a child that one large import has swollen gives it back.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000
# On SIGQUIT: so long may tasks go on before they are handed back to the queue.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env_int("WORKER_SOFT_SHUTDOWN_SECONDS", default=30)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_VISIBILITY_TIMEOUT = 600
# Celery wants this in three places; the sweep options bring redelivery near to the timeout.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "salesmgr-queue-",
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_VISIBILITY_TIMEOUT}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# How long a part of a recompute run may take before another worker gets it.
RECOMPUTE_LEASE_SECONDS = env_int("RECOMPUTE_LEASE_SECONDS", default=90)

# People

AUTH_USER_MODEL = "org.Person"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "org.backends.SessionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "org.backends.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
# People are made by an admin, who vouches for the address; nobody signs up.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", default=0)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", default=12) * 3600
SESSION_IDLE_SECONDS = env_int("SESSION_IDLE_MINUTES", default=120) * 60
EMAIL_CONFIG = env_text("EMAIL_URL")
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL") or "salesmgr@localhost"
vars().update(embedded.email_config(EMAIL_CONFIG))

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = env_text("STATIC_ROOT") or str(embedded.var_dir() / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Worth a minute at each build, but not on the own machine.
STATIC_COMPRESSION = env_bool("STATIC_COMPRESSION", default=True)
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kit.storage.StaticStorage"},
}

# Security

SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_NAME = "sessionid" if INSECURE_HTTP else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if INSECURE_HTTP else "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", default=[])
if env_bool("TRUST_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# API

API_TOKEN_REQUESTS_PER_MINUTE = env_int("API_TOKEN_REQUESTS_PER_MINUTE", default=300)
API_PERSON_REQUESTS_PER_MINUTE = env_int("API_PERSON_REQUESTS_PER_MINUTE", default=600)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "org.api_requests.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["org.api_requests.MayEnter"],
    "DEFAULT_THROTTLE_CLASSES": [
        "org.api_requests.TokenThrottle",
        "org.api_requests.PersonThrottle",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kit.api.requests.StrictJSONParser"],
    "EXCEPTION_HANDLER": "kit.api.errors.explain",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": env_int("TRUSTED_PROXY_COUNT", default=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "salesmgr API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["org.api_requests.MayEnter"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": list(Status),
        "CategoryEnum": list(Category),
        "ActivityKindEnum": list(ActivityKind),
        "PeriodKindEnum": list(PeriodKind),
        "SubjectKindEnum": list(SubjectKind),
        "BuyingRoleEnum": list(BuyingRole),
        "HelpingRoleEnum": list(HelpingRole),
        "CreditKindEnum": list(CreditKind),
    },
}

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env_text("LOG_LEVEL") or "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}

# E-mail addresses are unique whatever their case, by a constraint that this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

if DEBUG and env_text("DATABASE_URL") and not INSECURE_HTTP:
    raise ImproperlyConfigured("DEBUG is for a developer's machine: set INSECURE_HTTP=1 with it.")
