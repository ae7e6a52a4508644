"""Deciding what becomes of a deal that breaks a rule."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import access, audit
from org.models.people import Person
from pipeline import rules
from pipeline.enums import SIGNAL_LABELS, Signal, Status
from pipeline.metrics.hygiene import Remedy
from pipeline.models.deals import Deal
from pipeline.models.hygiene import Disposition

LONGEST = timedelta(days=366)


@transaction.atomic
def decide(
    deal: Deal,
    *,
    by: Person | None,
    signal: Signal,
    remedy: Remedy,
    due_on: date,
    reason: str,
    seen: int,
    at: datetime,
) -> Disposition:
    """Say what becomes of a breach of an open deal; earlier decisions stay on record.

    ``due_on`` is the last day to fix or close, or the last day that a justification holds.
    ``seen`` is the id of the decision that the author was shown, 0 for none: a newer one of
    somebody else is not passed over. The same decision twice is one. Raises ValidationError and
    PermissionDenied.
    """
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if by is not None and not rules.can_edit_deal(by, subject):
        raise PermissionDenied("You may decide about deals of your own and of people below you.")
    if subject.status != Status.OPEN or subject.archived_at is not None:
        raise ValidationError("The deal is no longer open: there is nothing to decide.")
    reason = reason.strip()
    _check(remedy, due_on, reason)
    newest = Disposition.objects.filter(deal=subject, signal=signal).first()
    if newest is not None and newest.pk != seen:
        if (newest.decided_by, newest.remedy, newest.due_on, newest.reason) == (
            by, remedy, due_on, reason,
        ):  # fmt: skip
            return newest
        raise ValidationError(
            f"{newest.decided_by or 'The system'} has decided meanwhile: {newest.remedy}, "
            f"{newest.due_on:%d %b %Y}. Look again, then decide."
        )
    made = Disposition.objects.create(
        deal=subject,
        signal=signal,
        remedy=remedy,
        due_on=due_on,
        reason=reason,
        decided_at=at,
        decided_by=by,
    )
    audit.record(
        by,
        "deal.decide",
        subject,
        changes={
            SIGNAL_LABELS[signal]: (newest and newest.remedy, remedy),
            "due_on": (None, due_on),
        },
        reason=reason,
    )
    return made


def _check(remedy: Remedy, due_on: date, reason: str) -> None:
    today = access.today()
    if not today <= due_on <= today + LONGEST:
        raise ValidationError({"due_on": "Choose a day from today on, within a year."})
    if remedy is Remedy.JUSTIFY and not reason:
        raise ValidationError({"reason": "Say why the deal is right as it is."})
