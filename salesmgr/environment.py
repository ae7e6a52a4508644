"""Typed readers of environment variables; a value that cannot be read stops the start."""

import os
from collections.abc import Sequence
from pathlib import Path

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
