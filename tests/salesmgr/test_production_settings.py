"""What the settings come to where nothing but the key and the names of the site is given."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from salesmgr import embedded
from salesmgr.embedded import is_background
from workbench.devstack.servers import connect

READ = """
import json, sys
sys.argv = json.loads(sys.argv[1])
import django
django.setup()
from celery import current_app
from django.conf import settings
read = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
read["CELERY"] = dict(current_app.conf)
read["LIMITS"] = settings.DATABASES["default"]["OPTIONS"]["options"]
print(json.dumps(read, default=str))
"""


def settings_of(command: Sequence[str], **environment: str) -> dict[str, Any]:
    """Return the settings that a program started by this command line has, and no others."""
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(command)],
        cwd=embedded.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "salesmgr.settings",
            "SECRET_KEY": "only-for-this-test-" + "k7" * 20,
            "ALLOWED_HOSTS": "crm.example.com",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def web() -> dict[str, Any]:
    return settings_of(["/opt/venv/bin/gunicorn", "salesmgr.wsgi"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", False),
        ("ALLOWED_HOSTS", ["crm.example.com"]),
        ("SECURE_SSL_REDIRECT", True),
        ("SECURE_HSTS_SECONDS", 31_536_000),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", True),
        ("SECURE_PROXY_SSL_HEADER", None),
        ("SECURE_REFERRER_POLICY", "same-origin"),
        ("SECURE_CONTENT_TYPE_NOSNIFF", True),
        ("X_FRAME_OPTIONS", "DENY"),
        ("SESSION_COOKIE_SECURE", True),
        ("SESSION_COOKIE_HTTPONLY", True),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("SESSION_COOKIE_NAME", "__Host-sessionid"),
        ("SESSION_COOKIE_AGE", 12 * 3600),
        ("SESSION_IDLE_SECONDS", 2 * 3600),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.db"),
        ("CSRF_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SAMESITE", "Lax"),
        ("CSRF_COOKIE_NAME", "__Host-csrftoken"),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", 1024 * 1024),
        ("USE_TZ", True),
        ("TIME_ZONE", "UTC"),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 0),
        ("ACCOUNT_PREVENT_ENUMERATION", True),
        ("ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS", False),
        ("ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE", True),
    ],
)
def test_the_site_is_closed_by_default(web: dict[str, Any], name: str, value: object) -> None:
    assert web[name] == value


def test_passwords_are_long_and_kept_by_argon2(web: dict[str, Any]) -> None:
    lengths = [
        v["OPTIONS"]["min_length"] for v in web["AUTH_PASSWORD_VALIDATORS"] if "OPTIONS" in v
    ]

    assert web["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")
    assert lengths == [12]


def test_scripts_come_from_the_site_alone(web: dict[str, Any]) -> None:
    directives = web["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert directives["script-src"] == ["'self'"]
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert directives[name] == ["'none'"]


def test_the_api_speaks_json_to_those_who_may_enter(web: dict[str, Any]) -> None:
    api = web["REST_FRAMEWORK"]

    assert api["DEFAULT_PERMISSION_CLASSES"] == ["org.api_requests.MayEnter"]
    assert api["DEFAULT_RENDERER_CLASSES"] == ["rest_framework.renderers.JSONRenderer"]
    assert api["DEFAULT_PARSER_CLASSES"] == ["kit.api.requests.StrictJSONParser"]
    assert not any("Basic" in name for name in api["DEFAULT_AUTHENTICATION_CLASSES"])
    assert api["NUM_PROXIES"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accept_content", ["json"]),
        ("task_serializer", "json"),
        ("result_serializer", "json"),
        ("task_always_eager", False),
        ("task_ignore_result", True),
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("broker_connection_max_retries", None),
        ("task_soft_time_limit", 300),
        ("task_time_limit", 330),
        ("worker_soft_shutdown_timeout", 30),
        ("worker_max_tasks_per_child", 200),
        ("worker_max_memory_per_child", 500_000),
        ("timezone", "UTC"),
    ],
)
def test_workers_lose_nothing_and_hold_nothing_for_ever(
    web: dict[str, Any], name: str, value: object
) -> None:
    assert web["CELERY"][name] == value


def test_celery_is_told_the_visibility_timeout_in_all_its_places(web: dict[str, Any]) -> None:
    conf = web["CELERY"]

    assert web["CELERY_VISIBILITY_TIMEOUT"] == 600
    assert conf["broker_transport_options"]["visibility_timeout"] == 600
    assert conf["result_backend_transport_options"]["visibility_timeout"] == 600
    assert conf["task_time_limit"] < 600


WEB = ("15s", "2s", "15s")
BACKGROUND = ("10min", "10s", "10min")


@pytest.mark.parametrize(
    ("command", "limits"),
    [
        (["/opt/venv/bin/gunicorn", "salesmgr.wsgi"], WEB),
        (["manage.py", "runserver"], WEB),
        (["-c"], WEB),
        (["manage.py", "recompute"], BACKGROUND),
        (["/opt/venv/bin/celery", "-A", "salesmgr", "worker"], BACKGROUND),
        (["/venv/site-packages/celery/__main__.py", "-A", "salesmgr", "beat"], BACKGROUND),
    ],
    ids=" ".join,
)
def test_the_database_gives_up_on_what_nobody_waits_for(
    monkeypatch: pytest.MonkeyPatch, command: list[str], limits: tuple[str, str, str]
) -> None:
    monkeypatch.setenv("PGOPTIONS", settings_of(command)["LIMITS"])

    assert what_the_server_has() == limits


def test_each_limit_of_the_database_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    options = settings_of(
        ["manage.py", "migrate"],
        STATEMENT_TIMEOUT_MS="0",
        LOCK_TIMEOUT_MS="3000",
        IDLE_IN_TRANSACTION_TIMEOUT_MS="7000",
    )["LIMITS"]

    monkeypatch.setenv("PGOPTIONS", options)

    assert what_the_server_has() == ("0", "3s", "7s")


def what_the_server_has() -> tuple[str, ...]:
    """Return what PostgreSQL makes of the options of a connection."""
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
                " current_setting('idle_in_transaction_session_timeout')"
            )
            return tuple(cursor.fetchone())
    finally:
        connection.close()


def test_no_command_line_at_all_counts_as_the_web() -> None:
    assert not is_background([])
