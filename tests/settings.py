"""The product's settings on the servers of this checkout; only what slows tests down differs."""

import os
from urllib.parse import urlsplit

from tests import slots

# The tests have servers of their own, which forget what the product's must keep.
os.environ["SALESMGR_VAR"] = str(slots.folder())
os.environ["INSECURE_HTTP"] = "1"
# A test process does the work of commands and workers too, so it has their patience.
os.environ["STATEMENT_TIMEOUT_MS"] = "600000"
os.environ["LOCK_TIMEOUT_MS"] = "10000"
os.environ["IDLE_IN_TRANSACTION_TIMEOUT_MS"] = "600000"

from salesmgr import embedded
from salesmgr.settings import *  # noqa: F403 -- the variables above decide what is imported
from salesmgr.settings import CACHES, DATABASES, REDIS_URL, STORAGES

_worker = f"{slots.slot()}-{slots.worker()}"
_redis = slots.redis_database()


def _numbered(database: int) -> str:
    """Return REDIS_URL with another database; empty where the embedded server is used."""
    return urlsplit(REDIS_URL)._replace(path=f"/{database}").geturl() if REDIS_URL else ""


# The live server's threads must leave no connection behind.
DATABASES["default"]["CONN_MAX_AGE"] = 0

CACHES["default"]["LOCATION"] = embedded.cache_url(_numbered(_redis), database=_redis)
CELERY_BROKER_URL = embedded.broker_url(_numbered(_redis + 1), database=_redis + 1)

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Otherwise every client of a test lists all static files again.
WHITENOISE_AUTOREFRESH = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

_files = embedded.var_dir() / "files" / _worker
STATIC_ROOT = str(_files / "static")
os.makedirs(STATIC_ROOT, exist_ok=True)  # noqa: PTH103 -- settings keep no Path of their own
