"""What migrations are made of: how it is written down, told and undone."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from kit.operations import CreateTables, LoadSQL

pytestmark = pytest.mark.django_db


def shelves() -> CreateTables:
    """Return the making of a table and of another that points at it."""
    key = ("id", models.BigAutoField(primary_key=True))
    shelf = models.ForeignKey("kit.Shelf", on_delete=models.CASCADE)
    return CreateTables(
        [
            migrations.CreateModel("Shelf", fields=[key]),
            migrations.CreateModel("Book", fields=[key, ("shelf", shelf)]),
        ]
    )


def made() -> set[str]:
    return set(connection.introspection.table_names()) & {"kit_shelf", "kit_book"}


def test_tables_are_made_in_one_step_and_dropped_from_the_last_on():
    operation, before = shelves(), ProjectState()
    after = before.clone()
    operation.state_forwards("kit", after)

    with connection.schema_editor() as editor:
        operation.database_forwards("kit", editor, before, after)
    assert made() == {"kit_shelf", "kit_book"}
    with connection.schema_editor() as editor:
        operation.database_backwards("kit", editor, after, before)

    assert made() == set()
    assert operation.describe() == "Create 2 tables"


def test_a_migration_of_them_can_be_written_down():
    loaded = LoadSQL("org/sql/append_only.sql")
    migration = type("Migration", (migrations.Migration,), {"operations": [loaded, shelves()]})

    written = MigrationWriter(migration("0001_first", "kit")).as_string()

    assert "kit.operations.LoadSQL(" in written
    assert "'org/sql/append_only.sql'" in written
    assert written.index("CreateTables") < written.index("'Shelf'") < written.index("'Book'")
    assert loaded.describe() == "Load org/sql/append_only.sql"
