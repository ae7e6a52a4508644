import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from coaching import reports, services
from coaching.enums import ItemState, SessionState
from coaching.models import ActionItem, Note, OneOnOne
from org import access
from org.models.audit import AuditEntry
from org.models.people import Person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY = date(2026, 3, 2)


@pytest.fixture
def series(sales_team):
    return services.start(by=sales_team.mia, person=sales_team.rita, manager=sales_team.mia)


def plan(series, on):
    return services.plan_session(series, by=series.manager, on=on)


def add_item(session, **fields):
    return services.add_item(
        session,
        by=session.one_on_one.manager,
        **{"owner": session.one_on_one.person, "task": "Call", "submission": uuid.uuid4()} | fields,
    )


def items_on(session, viewer):
    page = reports.session_page(viewer, session, today=session.planned_on)
    return [(row.item.task, row.carried) for row in page.open_items]


def test_starting_twice_makes_one_series(sales_team, series):
    again = services.start(by=sales_team.rita, person=sales_team.rita, manager=sales_team.mia)

    assert again == series
    assert OneOnOne.objects.count() == 1


def test_only_a_pair_that_reports_today_can_start(sales_team):
    for actor, person, manager in (
        (sales_team.mia, sales_team.fay, sales_team.mia),
        (sales_team.mia, sales_team.flo, sales_team.mia),
        (sales_team.dana, sales_team.rita, sales_team.mia),
        (sales_team.ada, sales_team.rita, sales_team.ada),
    ):
        with pytest.raises(PermissionDenied):
            services.start(by=actor, person=person, manager=manager)


def test_planning_the_same_day_twice_makes_one_session(series):
    assert plan(series, MONDAY) == plan(series, MONDAY)


def test_an_open_item_comes_along_until_it_is_done(sales_team, series):
    first = plan(series, MONDAY)
    item = add_item(first, task="Send the offer")
    second, third = plan(series, MONDAY + timedelta(7)), plan(series, MONDAY + timedelta(14))

    assert items_on(second, sales_team.rita) == [("Send the offer", 1)]
    assert items_on(third, sales_team.rita) == [("Send the offer", 2)]
    services.close_item(item, by=sales_team.rita, state=ItemState.DONE, at=NOW, session=second)

    assert items_on(third, sales_team.rita) == []
    page = reports.session_page(sales_team.mia, second, today=MONDAY)
    assert [closed.task for closed in page.closed_items] == ["Send the offer"]


def test_moving_and_cancelling_sessions_loses_no_item(sales_team, series):
    first = plan(series, MONDAY)
    add_item(first, task="Send the offer")
    services.move_session(first, by=sales_team.rita, planned_on=MONDAY + timedelta(30))
    services.set_session_state(first, by=sales_team.rita, state=SessionState.CANCELLED)

    later = plan(series, MONDAY + timedelta(60))

    assert items_on(later, sales_team.rita) == [("Send the offer", 1)]


def test_the_same_submission_is_one_note_and_one_item(sales_team, series):
    session, once = plan(series, MONDAY), uuid.uuid4()

    for _ in range(2):
        services.add_note(session, by=sales_team.rita, body="Good week", submission=once)
        add_item(session, submission=once)

    assert (Note.objects.count(), ActionItem.objects.count()) == (1, 1)


def test_an_old_window_does_not_overwrite_a_note(sales_team, series):
    session = plan(series, MONDAY)
    note = services.add_note(session, by=sales_team.rita, body="One", submission=uuid.uuid4())
    services.edit_note(note, by=sales_team.rita, body="Two", version=1, at=NOW)

    with pytest.raises(services.NoteConflictError) as conflict:
        services.edit_note(note, by=sales_team.rita, body="Three", version=1, at=NOW)

    note.refresh_from_db()
    assert (note.body, conflict.value.current) == ("Two", "Two")


def test_an_archived_note_is_its_authors_alone_until_restored(client, sales_team, series):
    session = plan(series, MONDAY)
    note = services.add_note(session, by=sales_team.rita, body="Hasty", submission=uuid.uuid4())
    address = reverse("coaching:note-archive", args=[note.pk])

    def page(viewer):
        client.force_login(viewer, backend="org.backends.SessionBackend")
        return client.get(session.get_absolute_url()).text

    assert "Hasty" in page(sales_team.mia)
    assert client.post(address).status_code == 403
    assert "Hasty" in page(sales_team.rita)
    client.post(address)
    services.archive_note(note, by=sales_team.rita, at=NOW)
    assert "Archived: only you see it" in page(sales_team.rita)
    assert "Hasty" not in page(sales_team.mia)
    assert client.post(address).status_code == 404
    with pytest.raises(ValidationError, match="archived"):
        services.edit_note(note, by=sales_team.rita, body="New", version=1, at=NOW)
    page(sales_team.rita)
    client.post(address)
    assert "Hasty" in page(sales_team.mia)
    log = AuditEntry.objects.filter(action__startswith="one_on_one.note").order_by("pk")
    assert [entry.action.removeprefix("one_on_one.") for entry in log] == [
        "note",
        "note_archive",
        "note_restore",
    ]


def test_the_note_of_an_ended_series_is_not_archived(sales_team, series):
    session = plan(series, MONDAY)
    note = services.add_note(session, by=sales_team.rita, body="One", submission=uuid.uuid4())
    services.end(series, by=sales_team.mia, at=NOW)
    note = Note.objects.get(pk=note.pk)

    for deed in (
        lambda: services.archive_note(note, by=sales_team.rita, at=NOW),
        lambda: services.restore_note(note, by=sales_team.rita),
    ):
        with pytest.raises(PermissionDenied):
            deed()

    assert Note.objects.get().archived_at is None


def test_an_item_belongs_to_one_of_the_two(sales_team, series):
    with pytest.raises(ValidationError, match="two people"):
        add_item(plan(series, MONDAY), owner=sales_team.dana)

    assert ActionItem.objects.count() == 0


def test_an_ended_series_is_read_but_not_written(sales_team, series):
    session = plan(series, MONDAY)
    services.end(series, by=sales_team.mia, at=NOW)
    session.refresh_from_db()

    assert OneOnOne.objects.visible_to(sales_team.rita).get() == series
    with pytest.raises(PermissionDenied):
        services.add_note(session, by=sales_team.rita, body="Late", submission=uuid.uuid4())


def test_a_new_manager_sees_nothing_of_the_series_before(sales_team, series):
    plan(series, MONDAY)

    for stranger in (sales_team.max, sales_team.dana, sales_team.ada, sales_team.eve):
        assert not OneOnOne.objects.visible_to(stranger).exists()


def test_the_audit_log_says_that_and_not_what(sales_team, series):
    session = plan(series, MONDAY)
    services.add_note(session, by=sales_team.rita, body="secret words", submission=uuid.uuid4())
    add_item(session, task="secret task")
    services.write_private_note(session, by=sales_team.mia, body="secret doubt", version=0)

    entries = AuditEntry.objects.filter(action__startswith="one_on_one.")
    assert {"one_on_one.note", "one_on_one.item", "one_on_one.private_note"} <= set(
        entries.values_list("action", flat=True)
    )
    assert not any("secret" in f"{entry.subject_label} {entry.changes}" for entry in entries)


def test_the_overview_names_reports_without_a_series(sales_team, series):
    found = reports.overview(sales_team.mia, today=access.today())

    assert [row.other for row in found.rows] == [sales_team.rita]
    assert found.without == [sales_team.ron]
    assert found.own_manager == sales_team.dana


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    client, sales_team, django_assert_num_queries, count
):
    people = [sales_team.rita, sales_team.ron, sales_team.fay][:count]
    for person in people:
        series = OneOnOne.objects.create(person=person, manager=sales_team.mia)
        session = plan(series, MONDAY)
        add_item(session)
    client.force_login(sales_team.mia, backend="org.backends.SessionBackend")

    # Session 1 and its stamp 3, person, roles, organisation, series, lines, choices of the form.
    with django_assert_num_queries(8):
        response = client.get("/one-on-ones/")

    assert response.status_code == 200


def test_with_somebody_who_has_left_nothing_is_running(sales_team, series):
    before = reports.overview(sales_team.mia, today=access.today())
    Person.objects.filter(pk=series.person_id).update(is_active=False)

    after = reports.overview(sales_team.mia, today=access.today())

    assert series in [row.series for row in before.rows]
    assert series not in [row.series for row in after.rows]
    assert series in after.ended


@pytest.mark.parametrize("days", [0, 93])
def test_a_series_meets_every_1_to_92_days(sales_team, days):
    with pytest.raises(ValidationError) as refusal:
        services.start(
            by=sales_team.mia, person=sales_team.ron, manager=sales_team.mia, every_days=days
        )

    assert refusal.value.message_dict == {"every_days": ["Meet every 1 to 92 days."]}
    assert not OneOnOne.objects.exists()


def test_of_two_who_end_a_series_the_first_has_ended_it(sales_team, series):
    later = OneOnOne.objects.get()
    services.end(series, by=sales_team.mia, at=NOW)

    services.end(later, by=sales_team.rita, at=NOW + timedelta(1))

    assert OneOnOne.objects.get().ended_at == NOW
    entry = AuditEntry.objects.get(action="one_on_one.end")
    assert entry.actor == sales_team.mia


def test_a_day_has_one_session_unless_the_other_is_cancelled(sales_team, series):
    first, second = plan(series, MONDAY), plan(series, MONDAY + timedelta(7))

    with pytest.raises(ValidationError) as refusal:
        services.move_session(second, by=sales_team.rita, planned_on=MONDAY)
    assert list(refusal.value.message_dict) == ["planned_on"]
    services.set_session_state(first, by=sales_team.rita, state=SessionState.CANCELLED)
    services.move_session(second, by=sales_team.rita, planned_on=MONDAY)
    with pytest.raises(ValidationError) as refusal:
        services.set_session_state(first, by=sales_team.rita, state=SessionState.PLANNED)

    assert refusal.value.message_dict == {"state": ["There is a session on this day already."]}
    found = series.sessions.values_list("pk", "planned_on", "state")
    assert set(found) == {
        (first.pk, MONDAY, SessionState.CANCELLED),
        (second.pk, MONDAY, SessionState.PLANNED),
    }


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2200, 1, 1)])
def test_a_day_out_of_reach_is_refused_on_its_field(sales_team, series, day):
    session = plan(series, MONDAY)

    for field, write in (
        ("planned_on", lambda: plan(series, day)),
        (
            "planned_on",
            lambda: services.move_session(session, by=sales_team.mia, planned_on=day),
        ),
        ("due_on", lambda: add_item(session, due_on=day)),
    ):
        with pytest.raises(ValidationError) as refusal:
            write()
        assert list(refusal.value.message_dict) == [field]
    assert series.sessions.get().planned_on == MONDAY
    assert add_item(session, due_on=date(2199, 12, 31)).due_on == date(2199, 12, 31)


def test_a_note_and_an_item_say_something(sales_team, series):
    session = plan(series, MONDAY)

    for field, write in (
        (
            "body",
            lambda: services.add_note(
                session, by=sales_team.rita, body=" ", submission=uuid.uuid4()
            ),
        ),
        ("task", lambda: add_item(session, task="\n")),
    ):
        with pytest.raises(ValidationError) as refusal:
            write()
        assert refusal.value.message_dict == {field: ["Write something."]}
    assert not Note.objects.exists()
    assert not ActionItem.objects.exists()
