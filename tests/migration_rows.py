"""Brings back the rows that migrations put in, which each transactional test empties.

Django flushes every table after such a test and, since the test database is kept, the next run
would begin without them.
"""

from importlib import import_module
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session", autouse=True)
def _rows_of_migrations(request: pytest.FixtureRequest) -> None:
    """Fill what an earlier run left empty, and fill again after each flush of this one."""
    post_migrate.connect(_fill, dispatch_uid="tests.migration_rows")
    if any(map(_uses_database, request.session.items)):
        request.getfixturevalue("django_db_setup")
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            _fill(sender=apps.get_app_config("hiring"))
            connection.close()


def _uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


def _fill(*, sender: AppConfig, **_: Any) -> None:
    """Put in hiring's stages if the table is there without them."""
    table = "hiring_hiringstage"
    if sender.name != "hiring" or table not in connection.introspection.table_names():
        return
    if not apps.get_model("hiring", "HiringStage").objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(import_module("hiring.migrations.0002_stage_history").STAGES)
