"""Logging what people did with customers, one by one or from a calendar."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Lower

from org import audit
from org.access import organisation_settings
from org.models.people import Person
from org.services.guard import refused_as
from org.services.set_up import set_use
from pipeline import rules
from pipeline.activities.imports.calendars import Meeting, UnreadableCalendarError, read_calendar
from pipeline.activities.models import LONGEST, Activity, CalendarUpload
from pipeline.customers.models import Account, Contact
from pipeline.deals.models import Deal
from pipeline.enums import ActivityKind, Direction
from pipeline.lifecycle.services import edit_deal

REFUSALS = {
    "pipeline_activity_submission_key": ("__all__", "This activity was already logged."),
    "activity_external_id_unique": (
        "external_id",
        "Another activity already has this external id.",
    ),
}


def log_activity(
    *,
    by: Person | None,
    now: datetime,
    subject: str,
    body: str = "",
    deal: Deal | None = None,
    account: Account | None = None,
    submission: UUID | None = None,
    person: Person | None = None,
    external_id: str | None = None,
    **fields: Any,
) -> Activity:
    """Log what ``person`` (default: the author) did, on a deal, an account or with a contact.

    ``fields`` are the other columns of an activity. One on a deal is on the deal's account too. A
    ``submission`` that already logged one of the same person returns that one. Raises
    ValidationError and PermissionDenied.
    """
    doer = person or by
    if doer is None:
        raise ValidationError({"person": "Say who did it."})
    may_log = by is None or (rules.can_write(by) and (by == doer or rules.can_work_for(by, doer)))
    if not may_log:
        raise PermissionDenied("You may log activities for yourself and the people below you.")
    activity = Activity(
        subject=subject.strip(), body=body.strip(), person=doer, deal=deal,
        account=account or (deal.account if deal else None),
        external_id=external_id or None, submission=submission, **fields,
    )  # fmt: skip
    _check(activity, now=now)
    if made := made_before(submission, doer):
        return made
    try:
        with transaction.atomic(), refused_as(REFUSALS):
            activity.save(force_insert=True)
            audit.record(by, "activity.log", activity, changes={"kind": (None, activity.kind)})
    except ValidationError:
        # The other click of a double click may have come through between the look and the insert.
        if made := made_before(submission, doer):
            return made
        raise
    return activity


def archive_activity(activity: Activity, *, by: Person | None, at: datetime) -> Activity:
    """Take an activity that was logged by mistake out of every list and figure."""
    return _set_use(activity, by=by, at=at)


def restore_activity(activity: Activity, *, by: Person | None) -> Activity:
    return _set_use(activity, by=by, at=None)


def _set_use(activity: Activity, *, by: Person | None, at: datetime | None) -> Activity:
    if by is not None and not rules.can_change_activity(by, activity):
        raise PermissionDenied("You may change what you and the people below you logged.")
    return set_use(activity, by=by, at=at, what="activity")


def _check(activity: Activity, *, now: datetime) -> None:
    activity.clean_fields(exclude=["person", "deal", "account", "contact"])
    if not (activity.deal or activity.account or activity.contact):
        raise ValidationError("Say which deal, account or contact it was about.")
    if activity.occurred_at > now + timedelta(minutes=5):
        raise ValidationError({"occurred_at": "Log what has happened: this lies in the future."})
    if activity.occurred_at.year < 1980:
        raise ValidationError({"occurred_at": "Give a day after 1980."})
    if activity.minutes is not None and activity.minutes > LONGEST:
        raise ValidationError({"minutes": "It cannot have lasted longer than a week."})


def made_before(submission: UUID | None, doer: Person) -> Activity | None:
    """Return what a person's submission logged, however long ago it was first sent."""
    if submission is None:
        return None
    return Activity.objects.filter(submission=submission, person=doer).first()


@transaction.atomic
def log_and_plan(
    *,
    by: Person,
    now: datetime,
    source: str,
    submission: UUID,
    next_step: str = "",
    next_step_on: date | None = None,
    **activity: Any,
) -> Activity:
    """Log an activity and write the deal's next step with it; both or neither.

    A ``submission`` that was there before changes nothing: somebody may have planned otherwise
    since. Without a step the deal keeps the one it has; with one, the day is that of the new.
    """
    if made := made_before(submission, by):
        return made
    deal: Deal | None = activity.get("deal")
    if next_step_on and not next_step:
        raise ValidationError({"next_step": "Say what is to be done on that day."})
    if next_step and deal is None:
        raise ValidationError({"next_step": "A next step stands on a deal: name the deal too."})
    logged = log_activity(by=by, now=now, submission=submission, **activity)
    if next_step and deal:
        # Locked, so that nobody else's edit comes between the look and the write.
        current = Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
        steps = {"next_step": next_step, "next_step_on": next_step_on}
        edit_deal(current, by=by, source=source, version=current.version, changes=steps)
    return logged


class RefusedRowsError(Exception):
    """Some of many activities cannot be logged, so none was. ``errors`` are by their number."""

    def __init__(self, errors: Mapping[int, ValidationError]) -> None:
        super().__init__(f"{len(errors)} rows are refused")
        self.errors = dict(errors)


@transaction.atomic
def log_many(
    rows: Mapping[int, Mapping[str, Any]], *, by: Person, now: datetime
) -> dict[int, Activity]:
    """Log many activities, given by number; all of them or, by RefusedRowsError, none.

    Each row's ``submission`` logs it once, however often the rows are sent.
    """
    logged, errors = {}, {}
    for number, row in rows.items():
        try:
            logged[number] = log_activity(by=by, now=now, **row)
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RefusedRowsError(errors)
    return logged


NO_CONTACT = "with no contact of ours among the guests"


@transaction.atomic
def load_calendar(
    content: bytes, *, by: Person, file_name: str, now: datetime, submission: UUID
) -> CalendarUpload:
    """Keep the meetings of a file that have a contact among their guests, to be looked at.

    The same ``submission`` twice is one calendar. Raises ValidationError naming "file".
    """
    _require_seller(by)
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
    _require_seller(by)
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
    _require_seller(by)
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


def _require_seller(by: Person) -> None:
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
