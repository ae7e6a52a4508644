from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from org.models.audit import AuditEntry
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.activities.services import load_calendar, log_calendar, undo_calendar
from tests.factories.pipeline import ContactFactory, DealFactory
from tests.pipeline.activities.test_calendars import NOW, event, wrapped

pytestmark = pytest.mark.django_db

FILE = wrapped(
    event("DTSTART:20260302T090000Z", "DTEND:20260302T093000Z"),
    event("DTSTART:20260303T090000Z", uid="2", guest="ATTENDEE:mailto:who@strange.example"),
    event("DTSTART:20260304T090000Z", "CLASS:PRIVATE", "SUMMARY:Doctor", uid="3"),
)


@pytest.fixture
def nora(sales_team):
    return ContactFactory(full_name="Nora Novak", email="Nora@acme.example")


def load(by, content: bytes = FILE, **more) -> CalendarUpload:
    given = {"file_name": "week.ics", "now": NOW, "submission": uuid4()} | more
    return load_calendar(content, by=by, **given)


def log(upload: CalendarUpload, nora, deal=None) -> int:
    picks = {meeting["key"]: (nora, deal) for meeting in upload.meetings}
    return log_calendar(upload, by=upload.person, picks=picks, now=NOW)


def test_only_meetings_with_a_contact_are_kept_and_the_rest_counted(sales_team, nora):
    upload = load(sales_team.rita)

    (kept,) = upload.meetings
    assert (kept["title"], kept["minutes"], kept["guests"]) == ("Demo", 30, ["nora@acme.example"])
    assert upload.left_out == {"private": 1, "with no contact of ours among the guests": 1}
    # Nothing of a private meeting is kept anywhere.
    assert "Doctor" not in str(CalendarUpload.objects.values())


def test_a_meeting_is_logged_with_its_contact_and_deal(sales_team, nora):
    deal = DealFactory(owner=sales_team.rita, account=nora.account)
    upload = load(sales_team.rita)

    assert log(upload, nora, deal) == 1

    logged = Activity.objects.get()
    assert (logged.kind, logged.direction, logged.minutes) == ("meeting", "both", 30)
    assert (logged.person, logged.contact, logged.deal) == (sales_team.rita, nora, deal)
    assert (logged.account, logged.occurred_at) == (
        nora.account,
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    upload.refresh_from_db()
    assert (upload.meetings, upload.activities) == ([], [logged.pk])


def test_the_same_file_twice_changes_nothing(sales_team, nora):
    log(load(sales_team.rita), nora)
    before = Activity.objects.values().get()

    assert log(load(sales_team.rita), nora) == 0

    assert Activity.objects.values().get() == before
    # Somebody else who was there too logs their own.
    assert log(load(sales_team.mia), nora) == 1


def test_what_was_taken_out_comes_back_with_the_file(sales_team, nora):
    first = load(sales_team.rita)
    log(first, nora)

    assert undo_calendar(first, by=sales_team.rita, at=NOW) == 1
    assert undo_calendar(first, by=sales_team.rita, at=NOW) == 0
    assert not Activity.objects.live().exists()

    again = load(sales_team.rita)
    assert log(again, nora) == 1
    assert Activity.objects.live().count() == Activity.objects.count() == 1
    assert undo_calendar(again, by=sales_team.rita, at=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_on_two_copies_log_each_meeting_once(sales_team, nora):
    copies = [load(sales_team.rita), load(sales_team.rita)]
    start, counts = Barrier(6), []

    def click(upload: CalendarUpload):
        start.wait()
        counts.append(log(upload, nora))
        connection.close()

    threads = [Thread(target=click, args=[copies[n % 2]]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
    assert Activity.objects.count() == 1


def test_a_form_sent_twice_loads_one_calendar(sales_team, nora):
    submission = uuid4()

    assert load(sales_team.rita, submission=submission) == load(
        sales_team.rita, submission=submission
    )
    assert AuditEntry.objects.count() == 1


def test_a_calendar_is_its_owners_alone(sales_team, nora):
    upload = load(sales_team.rita)

    for who in (sales_team.mia, sales_team.ada):
        with pytest.raises(PermissionDenied):
            log_calendar(upload, by=who, picks={}, now=NOW)
        with pytest.raises(PermissionDenied):
            undo_calendar(upload, by=who, at=NOW)
        assert not CalendarUpload.objects.visible_to(who).exists()
    with pytest.raises(PermissionDenied):
        load(sales_team.eve)


def test_a_file_that_is_no_calendar_is_told_so(sales_team):
    with pytest.raises(ValidationError) as refusal:
        load(sales_team.rita, b"hello")

    assert "not a calendar file" in refusal.value.message_dict["file"][0]
    assert not CalendarUpload.objects.exists()


def test_a_file_of_many_meetings_costs_as_many_statements_as_one_of_few(
    sales_team, nora, django_assert_num_queries
):
    def days(count: int) -> bytes:
        first = NOW - timedelta(days=300)
        return wrapped(event(f"DTSTART:{first:%Y%m%d}T090000Z", f"RRULE:FREQ=DAILY;COUNT={count}"))

    few, many = load(sales_team.rita, days(3)), load(sales_team.rita, days(200))
    with django_assert_num_queries(8):
        assert log(few, nora) == 3
    with django_assert_num_queries(8):
        assert log(many, nora) == 197
