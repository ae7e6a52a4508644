"""Deciding about data quality issues, and what is set and learnt about risk."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max

from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import Remedy
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, RiskRule, Rules
from analytics.risk.metrics.stage_norms import Learnt, Norm
from analytics.risk.models import Disposition, LearntLimit, SignalRule, StageNorm
from analytics.runs.models import RecomputeRun
from analytics.runs.services.snapshots import upsert
from org import access, audit
from org.models.people import Person
from org.rules import can_administer
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.enums import Status

LARGEST_LIMIT = 10_000
HEAVIEST = 100


@transaction.atomic
def set_rules(
    wanted: Mapping[Signal, RiskRule], *, by: Person | None, seen: int | None = None
) -> list[SignalRule]:
    """Set how signals are judged from now on; return the rows that were added.

    A rule that stands so already adds none. ``seen`` is the newest row that the author was
    shown: after another nothing is written. Raises ValidationError with the signal as its field.
    """
    if by is not None and not can_administer(by):
        raise PermissionDenied("Only an admin sets up what puts a deal at risk.")
    _check(wanted)
    # One after the other, so that what is compared with is what the next row follows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics_signalrule'))")
    standing = _standing()
    if seen is not None and seen != newest_rule():
        raise ValidationError("Somebody changed this meanwhile. Look again: nothing is saved.")
    changed = {s: rule for s, rule in wanted.items() if rule != standing[s]}
    rows = [
        SignalRule(
            signal=signal,
            is_on=rule.on,
            limit=rule.limit,
            weight=rule.weight,
            learnt_from=rule.learnt_from,
            set_by=by,
        )
        for signal, rule in changed.items()
    ]
    made = SignalRule.objects.bulk_create(rows)
    if changed:
        audit.record(
            by,
            "risk.set",
            made[-1],
            changes={
                signal.label: (words(standing[signal]), words(rule))
                for signal, rule in changed.items()
            },
        )
    return made


@transaction.atomic
def adopt(signal: Signal, learnt: Learnt, *, by: Person | None) -> list[SignalRule]:
    """Take over the threshold that won deals teach; the switch and the weight stay."""
    rule = _standing()[signal]
    return set_rules({signal: replace(rule, limit=learnt.limit, learnt_from=learnt.deals)}, by=by)


def words(rule: RiskRule) -> str:
    """Return a rule as the log keeps it."""
    limit = "" if rule.limit is None else f", from {rule.limit}"
    learnt = "" if rule.learnt_from is None else f" (learnt from {rule.learnt_from} won deals)"
    return f"{'on' if rule.on else 'off'}{limit}{learnt}, weight {rule.weight}"


def newest_rule() -> int:
    """Return the id of the newest rule that was set; 0 before any."""
    return SignalRule.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _standing() -> Rules:
    newest = SignalRule.objects.order_by("signal", "-set_at", "-pk").distinct("signal")
    return {
        **RULES,
        **{
            Signal(row.signal): RiskRule(
                row.limit, row.weight, on=row.is_on, learnt_from=row.learnt_from
            )
            for row in newest
        },
    }


def _check(wanted: Mapping[Signal, RiskRule]) -> None:
    errors: dict[str, str] = {}
    for signal, rule in wanted.items():
        needs = RULES[signal].limit is not None
        if needs and (rule.limit is None or not 0 < rule.limit <= LARGEST_LIMIT):
            errors[f"{signal}_limit"] = f"Give a threshold from 1 to {LARGEST_LIMIT:,}."
        if not needs and rule.limit is not None:
            errors[f"{signal}_limit"] = "This signal has no threshold."
        if not 0 <= rule.weight <= HEAVIEST:
            errors[f"{signal}_weight"] = f"Give a weight from 0 to {HEAVIEST}."
        if signal in RECORD_GAPS and rule.weight:
            errors[f"{signal}_weight"] = "A rule of hygiene alone has no weight."
    if errors:
        raise ValidationError(errors)


def store_lessons(
    run: RecomputeRun, norms: Mapping[int, Norm], limits: Mapping[Signal, Learnt]
) -> int:
    """Store what won deals teach as of the run's moment; safe to do twice. Return the rows."""
    return upsert(
        [
            StageNorm(
                run=run,
                stage_id=stage,
                deals=norm.deals,
                median=norm.median,
                p75=norm.p75,
                fewest=norm.fewest,
            )
            for stage, norm in norms.items()
        ]
    ) + upsert(
        [
            LearntLimit(run=run, signal=signal, deals=learnt.deals, limit=learnt.limit)
            for signal, learnt in limits.items()
        ]
    )


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
    _check_decision(remedy, due_on, reason)
    standing = {
        signal: Disposition.objects.filter(deal=subject, signal=signal).first()
        for signal in breaches
    }
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
            signal.label: (newest and newest.remedy, remedy) for signal, newest in before.items()
        }
        changes["due_on"] = (None, due_on)
        audit.record(by, "deal.decide", subject, changes=changes, reason=reason)
    return made


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


def _check_decision(remedy: Remedy, due_on: date, reason: str) -> None:
    today = access.today()
    if not today <= due_on <= today + LONGEST:
        raise ValidationError({"due_on": "Choose a day from today on, within a year."})
    if remedy is Remedy.JUSTIFY and not reason:
        raise ValidationError({"reason": "Say why the deal is right as it is."})
