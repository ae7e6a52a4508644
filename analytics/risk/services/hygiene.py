"""Deciding what becomes of a deal that breaks a rule."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.metrics.hygiene import Remedy
from analytics.risk.models import Disposition
from org import access, audit
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models.deals import Deal
from pipeline.enums import Status

LONGEST = timedelta(days=366)


@transaction.atomic
def decide(
    deal: Deal,
    *,
    by: Person | None,
    breaches: Mapping[Signal, int],
    remedy: Remedy,
    due_on: date,
    reason: str,
    at: datetime,
) -> list[Disposition]:
    """Say what becomes of issues of an open deal, in one go; what was decided earlier stays.

    ``due_on`` is the last day to fix or close, or the last day that a justification holds.
    ``breaches`` has for each signal the id of the decision that the author was shown, 0 for none:
    a newer one of somebody else is not passed over, and then nothing is written. The same decision
    twice is one. Raises ValidationError and PermissionDenied.
    """
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if by is not None and not rules.can_edit_deal(by, subject):
        raise PermissionDenied("You may decide about deals of your own and of people below you.")
    if subject.status != Status.OPEN or subject.archived_at is not None:
        raise ValidationError("The deal is no longer open: there is nothing to decide.")
    reason = reason.strip()
    _check(remedy, due_on, reason)
    standing = {signal: _newest(subject, signal) for signal in breaches}
    waiting = [
        signal
        for signal, newest in standing.items()
        if _is_open(newest, seen=breaches[signal], said=(by, remedy, due_on, reason))
    ]
    made = Disposition.objects.bulk_create(
        Disposition(
            deal=subject,
            signal=signal,
            remedy=remedy,
            due_on=due_on,
            reason=reason,
            decided_at=at,
            decided_by=by,
        )
        for signal in waiting
    )
    if made:
        before = {signal: standing[signal] for signal in waiting}
        changes: dict[str, tuple[object, object]] = {
            SIGNAL_LABELS[signal]: (newest and newest.remedy, remedy)
            for signal, newest in before.items()
        }
        changes["due_on"] = (None, due_on)
        audit.record(by, "deal.decide", subject, changes=changes, reason=reason)
    return made


def _newest(deal: Deal, signal: Signal) -> Disposition | None:
    found: Disposition | None = Disposition.objects.filter(deal=deal, signal=signal).first()
    return found


def _is_open(newest: Disposition | None, *, seen: int, said: tuple[object, ...]) -> bool:
    """Whether a decision is still to be written; refuse to pass over one of somebody else."""
    if newest is None or newest.pk == seen:
        return True
    if (newest.decided_by, newest.remedy, newest.due_on, newest.reason) == said:
        return False
    raise ValidationError(
        f"{newest.decided_by or 'The system'} has decided meanwhile about "
        f"“{newest.get_signal_display()}”: {newest.remedy}, {newest.due_on:%d %b %Y}. "
        "Look again, then decide."
    )


def _check(remedy: Remedy, due_on: date, reason: str) -> None:
    today = access.today()
    if not today <= due_on <= today + LONGEST:
        raise ValidationError({"due_on": "Choose a day from today on, within a year."})
    if remedy is Remedy.JUSTIFY and not reason:
        raise ValidationError({"reason": "Say why the deal is right as it is."})
