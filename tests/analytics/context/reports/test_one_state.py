import pytest
from django.db import InternalError, connection, connections, transaction

from analytics.context.reports import one_state
from org.models.teams import Team


def teams_seen() -> int:
    return Team.objects.count()


def commit_elsewhere() -> None:
    """Write and commit over a connection of another's own."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO org_team (name) VALUES ('From elsewhere')")
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_what_others_commit_meanwhile_is_not_seen():
    with one_state():
        before = teams_seen()
        commit_elsewhere()
        during = teams_seen()

    assert (during, teams_seen()) == (before, before + 1)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_while_reading():
    with pytest.raises(InternalError, match="read-only"), one_state():
        Team.objects.create(name="Not here")

    assert not Team.objects.exists()
    assert connections["default"].get_autocommit()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_that_one_holds():
    with transaction.atomic():
        Team.objects.create(name="Mine")
        with one_state():
            assert teams_seen() == 1
        Team.objects.create(name="Mine too")

    assert teams_seen() == 2
