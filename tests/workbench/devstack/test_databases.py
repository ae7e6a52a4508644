import fcntl
import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from org.models.people import Person
from pipeline.stages.models import LossReason
from tests import databases, slots
from tests.factories.org import PersonFactory
from tests.worlds import SalesTeam
from workbench.devstack.servers import connect

# Templates of other schemas have one name for all workers.
pytestmark = pytest.mark.xdist_group("templates")


def run_sql(statement: str) -> list[tuple[object, ...]]:
    server = connect()
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    server.close()
    return rows


def existing() -> set[str]:
    return {str(name) for (name,) in run_sql("SELECT datname FROM pg_database")}


@pytest.fixture
def outdated(db: None) -> Iterator[str]:
    """Return the name of a template whose migrations are no longer those of the checkout."""
    name = slots.template("0" * 8)
    run_sql(f'CREATE DATABASE "{name}"')
    yield name
    run_sql(f'DROP DATABASE IF EXISTS "{name}"')


@pytest.mark.parametrize("half_made", [False, True])
def test_a_template_of_other_migrations_is_dropped(outdated: str, *, half_made: bool) -> None:
    if half_made:
        run_sql(f'ALTER DATABASE "{outdated}" RENAME TO "{outdated}_draft"')

    databases.drop_outdated()

    assert existing() & {outdated, f"{outdated}_draft"} == set()
    assert slots.template(slots.schema()) in existing()


def test_a_template_that_another_run_clones_is_kept(outdated: str) -> None:
    with databases.open_lock("schema-" + "0" * 8) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)

        databases.drop_outdated()

        assert outdated in existing()
    databases.drop_outdated()
    assert outdated not in existing()


def test_a_template_of_another_checkout_is_kept(outdated: str) -> None:
    elsewhere = outdated.replace(slots.checkout(), "1" * 8)
    run_sql(f'ALTER DATABASE "{outdated}" RENAME TO "{elsewhere}"')

    databases.drop_outdated()

    assert elsewhere in existing()
    run_sql(f'DROP DATABASE "{elsewhere}"')


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_commits_is_gone_for_the_next(turn: str) -> None:
    assert not Person.objects.exists()
    assert LossReason.objects.exists()
    assert cache.get("turn") is None

    person = PersonFactory()
    cache.set("turn", turn)
    with connection.cursor() as cursor:
        cursor.execute("SET salesmgr.emptying = 'on'")
        cursor.execute("TRUNCATE pipeline_lossreason CASCADE")

    assert person.pk == 1
    assert connection.settings_dict["NAME"] == slots.database("own")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_does_to_a_world_is_gone_for_the_next(sales_team: SalesTeam, turn: str) -> None:
    assert sales_team.rita.full_name == "Rita Rep"
    assert Person.objects.get(pk=sales_team.rita.pk) == sales_team.rita
    assert cache.get("turn") is None

    cache.set("turn", turn)
    sales_team.rita.full_name = "Rita Changed"
    sales_team.rita.save()
    Person.objects.filter(pk=sales_team.gus.pk).update(full_name="Gus Changed")

    assert connection.settings_dict["NAME"].rpartition("_")[2].startswith("world")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_that_commits_has_a_world_too(sales_team: SalesTeam, turn: str) -> None:
    assert Person.objects.get(pk=sales_team.gus.pk).full_name == "Gus Gone"

    Person.objects.filter(pk=sales_team.gus.pk).update(full_name=f"Gus of the {turn}")


@pytest.mark.django_db
def test_without_a_world_there_are_no_people() -> None:
    assert not Person.objects.exists()


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="that server is not ours to set up")
@pytest.mark.django_db
def test_nothing_waits_for_the_disk() -> None:
    with connection.cursor() as cursor:
        asked = list(databases.FORGETFUL)
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [asked])
        found = dict(cursor.fetchall())

    assert found == databases.FORGETFUL
