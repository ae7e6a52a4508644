"""Typed readers of environment variables, and where the embedded PostgreSQL and Valkey live.

A variable that cannot be read stops the start. Of the servers only names and paths: starting and
stopping them is `workbench.devstack`'s work. Settings import this module, so it must not import
Django models or read settings.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def env_text(name: str) -> str:
    """Return the variable, or the content of the file named by NAME_FILE, or ""."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error}") from error
    return os.environ.get(name, "").strip()


def env_bool(name: str, *, default: bool) -> bool:
    text = env_text(name).lower()
    if not text:
        return default
    if text not in _BOOLEANS:
        raise ImproperlyConfigured(f"{name}={text} is neither 1 nor 0")
    return _BOOLEANS[text]


def env_int(name: str, *, default: int) -> int:
    text = env_text(name)
    if not text:
        return default
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name}={text} is not a whole number")
    return int(text)


def env_list(name: str, *, default: list[str]) -> list[str]:
    """Return the comma-separated parts."""
    text = env_text(name)
    return [part.strip() for part in text.split(",") if part.strip()] if text else default


def is_background(command: Sequence[str]) -> bool:
    """Return whether a command line is manage.py's or Celery's, which nobody waits for.

    Anything else counts as the web, whose limits are the tighter ones.
    """
    program = Path(command[0]) if command else Path()
    if program.name in {"manage.py", "django-admin"}:
        return "runserver" not in command
    return program.name == "celery" or program.parts[-2:] == ("celery", "__main__.py")


BASE_DIR = Path(__file__).resolve().parent.parent
# A Unix socket's path may have 107 bytes on Linux and 103 on macOS, the name included.
LONGEST_SOCKET_DIR = 80


def var_dir() -> Path:
    """Return the folder of everything that runs leave behind."""
    return Path(os.environ.get("SALESMGR_VAR") or BASE_DIR / "var").absolute()


def socket_dir() -> Path:
    """Return the folder of the servers' sockets: under var/ unless its path is too long for one."""
    folder = var_dir() / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_DIR:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"salesmgr-{digest}"


def database_config(url: str) -> dict[str, Any]:
    """Return Django's database settings for ``url``, or for the embedded server if it is empty."""
    engine = "django.db.backends.postgresql"
    if url:
        if urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
        return dict(environ.Env.db_url_config(url, engine=engine))
    return {"ENGINE": engine, "NAME": "salesmgr", "USER": "salesmgr", "HOST": str(socket_dir())}


def cache_url(url: str, *, database: int = 0) -> str:
    """Return Django's cache location: ``url``, or a database of the embedded server if empty."""
    if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://")
    return url or f"unix://{socket_dir()}/valkey.sock?db={database}"


def broker_url(url: str, *, database: int = 1) -> str:
    """Return Celery's broker for ``url``, or a database of the embedded server if it is empty.

    Celery has its own spelling of a Unix socket.
    """
    if not url:
        return f"redis+socket://{socket_dir()}/valkey.sock?virtual_host={database}"
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    chosen = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={chosen}"


def email_config(url: str) -> dict[str, Any]:
    """Return Django's mail settings; without a server, messages are kept as files under var/."""
    if url:
        return dict(environ.Env.email_url_config(url))
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(var_dir() / "mail"),
    }


def secret_key() -> str:
    """Return the installation's own secret, made once and kept under var/ for its owner alone."""
    path = var_dir() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        draft.write_text(secrets.token_urlsafe(64))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def was_made_by_another_version(cursor: Any) -> bool:
    """Return whether migrations of our apps are applied that this version does not have."""
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    (exists,) = cursor.fetchone()
    if not exists:
        return False
    cursor.execute("SELECT app, name FROM django_migrations")
    folders = [(BASE_DIR / app / "migrations", name) for app, name in cursor.fetchall()]
    return any(folder.is_dir() and not (folder / f"{name}.py").exists() for folder, name in folders)


def refusal() -> str:
    """Return what to say then, in one line with the commands to start afresh."""
    afresh = (
        "empty the database that DATABASE_URL names, then run manage.py migrate"
        if env_text("DATABASE_URL")
        else f"make stop && rm -rf {var_dir()} && make demo"
    )
    return (
        "This database was made by an older version of salesmgr, which cannot be upgraded."
        f" Nothing was changed. To start afresh: {afresh}"
    )
