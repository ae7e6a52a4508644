"""Logging what people did with customers."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services.guard import refused_as
from org.services.set_up import set_use
from pipeline import rules
from pipeline.activities.models import LONGEST, Activity
from pipeline.customers.models import Account, Contact
from pipeline.deals.models.deals import Deal

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
    kind: str,
    subject: str,
    occurred_at: datetime,
    now: datetime,
    deal: Deal | None = None,
    account: Account | None = None,
    contact: Contact | None = None,
    body: str = "",
    direction: str = "",
    minutes: int | None = None,
    submission: UUID | None = None,
    person: Person | None = None,
    external_id: str | None = None,
) -> Activity:
    """Log what ``person`` (default: the author) did, on a deal, an account or with a contact.

    An activity on a deal is on the deal's account too. A ``submission`` that already logged
    one of the same person returns that one. Raises ValidationError and PermissionDenied.
    """
    doer = person or by
    if doer is None:
        raise ValidationError({"person": "Say who did it."})
    _require_writer(by, doer)
    activity = Activity(
        kind=kind,
        subject=subject.strip(),
        body=body.strip(),
        direction=direction,
        minutes=minutes,
        occurred_at=occurred_at,
        person=doer,
        deal=deal,
        account=account or (deal.account if deal else None),
        contact=contact,
        external_id=external_id or None,
        submission=submission,
    )
    _check(activity, now=now)
    if made := made_before(submission, doer):
        return made
    try:
        with transaction.atomic(), refused_as(REFUSALS):
            activity.save(force_insert=True)
            audit.record(by, "activity.log", activity, changes={"kind": (None, kind)})
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


def _require_writer(by: Person | None, doer: Person) -> None:
    if by is None:
        return
    if not rules.can_write(by) or not (by == doer or rules.can_work_for(by, doer)):
        raise PermissionDenied("You may log activities for yourself and the people below you.")


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
