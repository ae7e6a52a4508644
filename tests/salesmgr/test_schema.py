"""A database that another version made is refused before anything is changed."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from salesmgr import embedded
from salesmgr.embedded import refusal, was_made_by_another_version

pytestmark = pytest.mark.django_db


def apply(app: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name]
        )


def test_our_own_database_and_an_empty_one_are_taken() -> None:
    with connection.cursor() as cursor:
        assert not was_made_by_another_version(cursor)
        cursor.execute("ALTER TABLE django_migrations RENAME TO gone")
        assert not was_made_by_another_version(cursor)


def test_migrations_of_other_packages_are_their_own_affair() -> None:
    apply("socialaccount", "0099_later")

    with connection.cursor() as cursor:
        assert not was_made_by_another_version(cursor)


def test_migrate_refuses_a_database_of_before() -> None:
    apply("pipeline", "0077_stages_qualify")

    with pytest.raises(CommandError, match="made by an older version") as refused:
        call_command("migrate", verbosity=0)

    assert "\n" not in str(refused.value)


def test_the_refusal_says_how_to_start_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert refusal().endswith(f"make stop && rm -rf {embedded.var_dir()} && make demo")

    monkeypatch.setenv("DATABASE_URL", "postgres://server/sales")
    assert "rm -rf" not in refusal()
