"""Brings back the rows that migrations put in, which each transactional test empties.

Django flushes every table after such a test and, since the test database is kept, the next run
would begin without them.
"""

from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker

from kit.sql import read


@pytest.fixture(scope="session", autouse=True)
def _rows_of_migrations(request: pytest.FixtureRequest) -> None:
    """Fill what an earlier run left empty, and fill again after each flush of this one."""
    post_migrate.connect(_fill, dispatch_uid="tests.migration_rows")
    if any(map(_uses_database, request.session.items)):
        request.getfixturevalue("django_db_setup")
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            for app in {app for app, *_ in ROWS}:
                _fill(sender=apps.get_app_config(app))
            connection.close()


def _uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


def _fill(*, sender: AppConfig, **_: Any) -> None:
    """Put in what migrations ship, if its table is there without it."""
    there = set(connection.introspection.table_names())
    for app, model, file in ROWS:
        if sender.name != app or f"{app}_{model.lower()}" not in there:
            continue
        if not apps.get_model(app, model).objects.exists():
            with connection.cursor() as cursor:
                cursor.execute(read(file))


ROWS = (
    ("hiring", "HiringStage", "hiring/sql/first_stages.sql"),
    ("pipeline", "LossReason", "pipeline/stages/sql/first_loss_reasons.sql"),
    ("pipeline", "Pipeline", "pipeline/stages/sql/first_pipeline.sql"),
    ("pipeline", "Framework", "pipeline/discipline/sql/first_frameworks.sql"),
)
