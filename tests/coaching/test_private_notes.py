import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from coaching import reports, services
from coaching.models import PrivateNote
from org import access, private

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(sales_team):
    series = services.start(by=sales_team.mia, person=sales_team.rita, manager=sales_team.mia)
    return services.plan_session(series, by=sales_team.mia, on=access.today())


def write(session, author, body, version=0):
    return services.write_private_note(session, by=author, body=body, version=version)


def raw_bodies(viewer=None):
    with transaction.atomic(), connection.cursor() as cursor:
        if viewer:
            cursor.execute("SELECT set_config('salesmgr.viewer', %s, true)", [str(viewer.pk)])
        cursor.execute("SELECT body FROM coaching_privatenote ORDER BY 1")
        found = [body for (body,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('salesmgr.viewer', '', true)")
    return found


def test_each_of_the_two_reads_their_own_note_alone(sales_team, session):
    write(session, sales_team.mia, "Might promote her")
    write(session, sales_team.rita, "Might leave")

    pages = {
        person.full_name: reports.session_page(person, session, today=access.today()).private_body
        for person in (sales_team.mia, sales_team.rita)
    }

    assert pages == {"Mia Manager": "Might promote her", "Rita Rep": "Might leave"}


def test_the_database_shows_no_row_to_a_query_that_forgot_the_filter(sales_team, session):
    write(session, sales_team.mia, "Might promote her")

    assert list(PrivateNote.objects.all()) == []
    assert raw_bodies() == []
    assert raw_bodies(sales_team.ada) == []
    assert raw_bodies(sales_team.rita) == []
    assert raw_bodies(sales_team.mia) == ["Might promote her"]


def test_the_guard_holds_inside_the_door_of_another_reader(sales_team, session):
    write(session, sales_team.mia, "Might promote her")

    with private.reading_as(sales_team.rita):
        seen = list(PrivateNote.objects.all())

    assert seen == []


def test_nobody_writes_in_anothers_name(sales_team, session):
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        private.reading_as(sales_team.rita),
    ):
        PrivateNote.objects.create(session=session, author=sales_team.mia, body="Forged")


def test_the_body_reaches_no_other_table(sales_team, session):
    canary = f"canary-{uuid.uuid4()}"
    write(session, sales_team.mia, canary)

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' FROM \"{table}\" t WHERE t::text LIKE %s" for table in tables
            ),
            [f"%{canary}%"] * len(tables),
        )
        assert cursor.fetchall() == []
    assert raw_bodies(sales_team.mia) == [canary]


def test_a_second_window_does_not_overwrite_the_first(sales_team, session):
    write(session, sales_team.mia, "First")
    write(session, sales_team.mia, "Second", version=1)

    with pytest.raises(services.NoteConflictError) as conflict:
        write(session, sales_team.mia, "From an old window", version=1)

    assert conflict.value.current == "Second"
    assert raw_bodies(sales_team.mia) == ["Second"]


def test_nobody_outside_the_two_writes_one(sales_team, session):
    with pytest.raises(PermissionDenied):
        write(session, sales_team.dana, "From above")
