"""Loading a calendar, logging its meetings, and taking them back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Lower

from org import audit
from org.access import organisation_settings
from org.models.people import Person
from pipeline import rules
from pipeline.activities.imports.calendars import Meeting, UnreadableCalendarError, read_calendar
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal
from pipeline.enums import ActivityKind, Direction

NO_CONTACT = "with no contact of ours among the guests"


@transaction.atomic
def load_calendar(
    content: bytes, *, by: Person, file_name: str, now: datetime, submission: UUID
) -> CalendarUpload:
    """Keep the meetings of a file that have a contact among their guests, to be looked at.

    The same ``submission`` twice is one calendar. Raises ValidationError naming "file".
    """
    _require_writer(by)
    if found := CalendarUpload.objects.filter(person=by, submission=submission).first():
        return found
    zone = ZoneInfo(organisation_settings().time_zone)
    try:
        calendar = read_calendar(content, zone=zone, now=now, own=by.email or "")
    except UnreadableCalendarError as error:
        raise ValidationError({"file": str(error)}) from error
    known = _contacts(calendar.meetings)
    kept = [meeting for meeting in calendar.meetings if known & set(meeting.guests)]
    left_out = dict(calendar.left_out)
    if without := len(calendar.meetings) - len(kept):
        left_out[NO_CONTACT] = without
    upload = CalendarUpload.objects.create(
        person=by,
        file_name=file_name[:200] or "calendar.ics",
        uploaded_at=now,
        meetings=[_stored(meeting, known) for meeting in kept],
        left_out=left_out,
        submission=submission,
    )
    audit.record(by, "calendar.load", upload, changes={"meetings": (None, len(kept))})
    return upload


@transaction.atomic
def log_calendar(
    upload: CalendarUpload, *, by: Person, picks: Mapping[str, tuple[Contact, Deal | None]],
    now: datetime,
) -> int:  # fmt: skip
    """Log the picked meetings, by their keys, each with a contact and on a deal, if there is one.

    A meeting that any calendar of the person logged before is not logged again; one that was
    taken back comes back. Return how many were logged; a second click logs none.
    """
    subject = _own(upload, by)
    _require_writer(by)
    if subject.logged_at is not None:
        return 0
    picked = {_identity(by, meeting["key"]): meeting for meeting in subject.meetings
              if meeting["key"] in picks}  # fmt: skip
    there = dict(
        Activity.objects.filter(external_id__in=picked).values_list("external_id", "archived_at")
    )
    back = Activity.objects.filter(
        external_id__in=[ident for ident, archived_at in there.items() if archived_at]
    )
    restored = list(back.values_list("pk", flat=True))
    back.update(archived_at=None)
    made = Activity.objects.bulk_create(
        _activity(by, ident, meeting, *picks[meeting["key"]])
        for ident, meeting in picked.items()
        if ident not in there
    )
    subject.activities = [*restored, *(activity.pk for activity in made)]
    subject.logged_at, subject.meetings = now, []
    subject.save(update_fields=["activities", "logged_at", "meetings"])
    count = len(subject.activities)
    audit.record(by, "calendar.log", subject, changes={"activities": (None, count)})
    return count


@transaction.atomic
def undo_calendar(upload: CalendarUpload, *, by: Person, at: datetime) -> int:
    """Take out what was logged from a calendar; return how many were still there."""
    subject = _own(upload, by)
    _require_writer(by)
    if subject.logged_at is None or subject.undone_at is not None:
        return 0
    live = Activity.objects.live().filter(pk__in=subject.activities, person=by)
    count = live.update(archived_at=at)
    subject.undone_at = at
    subject.save(update_fields=["undone_at"])
    audit.record(by, "calendar.undo", subject, changes={"activities": (count, None)})
    return count


def _own(upload: CalendarUpload, by: Person) -> CalendarUpload:
    """Return the calendar, the person locked: two calendars do not log one meeting twice."""
    list(Person.objects.select_for_update(of=("self",), no_key=True).filter(pk=by.pk))
    found = CalendarUpload.objects.select_for_update().filter(pk=upload.pk, person=by).first()
    if found is None:
        raise PermissionDenied("A calendar is its owner's alone.")
    return found


def _require_writer(by: Person) -> None:
    if not rules.can_write(by):
        raise PermissionDenied("You may look on, and log nothing.")


def _contacts(meetings: list[Meeting]) -> set[str]:
    guests = {guest for meeting in meetings for guest in meeting.guests}
    rows = Contact.objects.live().annotate(address=Lower("email"))
    return set(rows.filter(address__in=guests).values_list("address", flat=True)) - {""}


def _stored(meeting: Meeting, known: set[str]) -> dict[str, Any]:
    """Return what is kept of a meeting: of its guests, the contacts alone."""
    kept = asdict(meeting) | {"starts_at": meeting.starts_at.isoformat()}
    return kept | {"guests": [guest for guest in meeting.guests if guest in known]}


def _identity(person: Person, key: str) -> str:
    """Return the id under which a person's meeting is known, whatever file it comes from."""
    return f"ics-{person.pk}-{key}"


def logged_before(person: Person, keys: list[str]) -> set[str]:
    """Return the keys of those meetings that are logged already."""
    idents = {_identity(person, key): key for key in keys}
    rows = Activity.objects.live().filter(external_id__in=idents)
    return {idents[str(ident)] for ident in rows.values_list("external_id", flat=True)}


def _activity(
    by: Person, ident: str, meeting: Mapping[str, Any], contact: Contact, deal: Deal | None
) -> Activity:
    return Activity(
        kind=ActivityKind.MEETING,
        direction=Direction.BOTH,
        subject=meeting["title"],
        occurred_at=datetime.fromisoformat(meeting["starts_at"]),
        minutes=meeting["minutes"],
        person=by,
        contact=contact,
        deal=deal,
        account_id=deal.account_id if deal and deal.account_id else contact.account_id,
        external_id=ident,
    )
