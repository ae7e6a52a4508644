from collections.abc import Iterator

import pytest

from salesmgr.devstack.connections import connect
from tests import databases, slots


def run_sql(statement: str) -> list[tuple[object, ...]]:
    connection = connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def existing() -> set[str]:
    return {str(name) for (name,) in run_sql("SELECT datname FROM pg_database")}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the name of a test run's database that no real run has."""
    monkeypatch.setenv("SALESMGR_TEST_SLOT", "9")
    yield slots.database()
    for name in existing():
        if name.startswith(slots.database()):
            run_sql(f'DROP DATABASE "{name}"')


def test_a_database_is_kept_after_an_orderly_run_and_not_after_a_killed_one(run: str) -> None:
    run_sql(f'CREATE DATABASE "{run}_gw0"')
    databases.mark_clean()

    databases.prepare()

    assert f"{run}_gw0" in existing()

    # That run has begun, and never came to its end.
    databases.prepare()

    assert f"{run}_gw0" not in existing()


def test_a_database_of_other_migrations_is_dropped(run: str) -> None:
    run_sql(f'CREATE DATABASE "{run}"')
    databases.mark_clean()
    outdated = run.replace(slots.schema(), "0" * 8)
    run_sql(f'ALTER DATABASE "{run}" RENAME TO "{outdated}"')
    elsewhere = outdated.replace(slots.checkout(), "1" * 8)
    run_sql(f'CREATE DATABASE "{elsewhere}"')

    databases.prepare()

    assert outdated not in existing()
    assert elsewhere in existing()
    run_sql(f'DROP DATABASE "{elsewhere}"')
