"""The database's functions, triggers and policies are those of the SQL files."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kit import sql_check
from kit.sql import drops, read
from kit.sql_check import differences, kept_files, loaded_files

pytestmark = pytest.mark.django_db

Run = Callable[[str], None]


@pytest.fixture
def run() -> Run:
    def _run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return _run


def making_files() -> list[str]:
    return [name for name in loaded_files() if drops(read(name))]


def test_the_database_agrees_with_the_files() -> None:
    told = StringIO()

    assert differences() == []
    call_command("check_sql", stdout=told)
    assert told.getvalue() == "The database agrees with the SQL files.\n"


def test_the_check_leaves_nothing_behind() -> None:
    differences()

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s), current_schema()", [sql_check.SCRATCH])
        assert cursor.fetchone() == (None, "public")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            (
                "CREATE OR REPLACE FUNCTION org_append_only() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RETURN NULL; END'"
            ),
            "changed: function org_append_only() is not as in org/sql/append_only.sql",
        ),
        (
            "ALTER FUNCTION pipeline_setting(text) IMMUTABLE",
            (
                "changed: function pipeline_setting(name text) is not as in"
                " pipeline/deals/sql/setting.sql"
            ),
        ),
        (
            "DROP TRIGGER org_team_place ON org_team",
            (
                "missing: trigger org_team_place on org_team of org/sql/place_in_tree.sql"
                " is not in the database"
            ),
        ),
        (
            "ALTER TABLE org_quota DISABLE TRIGGER org_quota_append_only",
            (
                "changed: trigger org_quota_append_only on org_quota is not as in"
                " org/sql/append_only.sql"
            ),
        ),
        (
            "CREATE FUNCTION stray(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
            "unknown: function stray(a integer) is in no file",
        ),
        (
            (
                "CREATE TRIGGER stray BEFORE UPDATE ON org_team"
                " FOR EACH ROW EXECUTE FUNCTION org_append_only()"
            ),
            "unknown: trigger stray on org_team is in no file",
        ),
        (
            "ALTER POLICY author_alone ON coaching_privatenote USING (true)",
            (
                "changed: policy author_alone on coaching_privatenote is not as in"
                " coaching/sql/private_notes_author_alone.sql"
            ),
        ),
        (
            "ALTER TABLE hiring_candidate NO FORCE ROW LEVEL SECURITY",
            (
                "changed: row security hiring_candidate is not as in"
                " hiring/sql/candidates_of_their_requisitions_people.sql"
            ),
        ),
    ],
)
def test_a_difference_is_named_with_its_file(run: Run, change: str, line: str) -> None:
    run(change)

    assert differences() == [line]
    with pytest.raises(CommandError, match="differs from the SQL files") as failed:
        call_command("check_sql")
    assert line in str(failed.value)


def test_a_file_that_no_migration_loads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [*kept_files(), "org/sql/forgotten.sql"]
    monkeypatch.setattr(sql_check, "kept_files", lambda: kept)

    assert differences() == ["not loaded: no migration loads org/sql/forgotten.sql"]


def test_a_file_that_cannot_be_loaded_is_named(run: Run) -> None:
    run("ALTER TABLE coaching_privatenote RENAME TO notes_of_before")

    assert any(
        line.startswith("broken: coaching/sql/private_notes_author_alone.sql cannot be loaded: ")
        for line in differences()
    )


def test_every_file_can_be_loaded_again(run: Run) -> None:
    for name in making_files():
        run(read(name))

    assert differences() == []


def test_what_the_files_make_can_be_dropped_and_made_again(run: Run) -> None:
    # These functions are part of an index or a default, so they go with their tables only.
    within = {
        "pipeline/customers/sql/name_key.sql",
        "pipeline/customers/sql/web_domain.sql",
        "pipeline/stages/sql/default_pipeline.sql",
    }
    files = [name for name in making_files() if name not in within]
    for name in reversed(files):
        for statement in drops(read(name)):
            run(statement)
    gone = differences()
    for name in files:
        run(read(name))

    assert len(gone) > 100
    assert all(line.startswith(("missing: ", "changed: row security")) for line in gone)
    assert differences() == []


def test_a_text_without_such_things_drops_nothing() -> None:
    assert drops("INSERT INTO a VALUES (1);\n-- CREATE FUNCTION b()\n") == []
    assert drops("CREATE OR REPLACE FUNCTION f(a int) RETURNS int\nLANGUAGE sql AS $$ $$;") == [
        "DROP FUNCTION IF EXISTS f"
    ]
    assert drops(
        "CREATE FUNCTION f() RETURNS trigger AS $$ $$;\n"
        "CREATE CONSTRAINT TRIGGER t AFTER UPDATE OF a, b\nON x\nFOR EACH ROW EXECUTE FUNCTION f();"
        "\nCREATE POLICY p ON y USING (true);"
    ) == [
        "DROP POLICY IF EXISTS p ON y",
        "DROP TRIGGER IF EXISTS t ON x",
        "DROP FUNCTION IF EXISTS f",
    ]
