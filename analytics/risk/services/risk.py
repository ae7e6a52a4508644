"""What admins set about risk, and what a run stores of what won deals teach."""

from collections.abc import Mapping
from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max

from analytics.risk import rules
from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, RiskRule, Rules
from analytics.risk.metrics.stage_norms import Learnt, Norm
from analytics.risk.models import LearntLimit, SignalRule, StageNorm
from analytics.runs.models import RecomputeRun
from org import audit
from org.models.people import Person

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
    if by is not None and not rules.can_set_up_risk(by):
        raise PermissionDenied("Only an admin sets up what puts a deal at risk.")
    _check(wanted)
    # One after the other, so that what is compared with is what the next row follows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics_signalrule'))")
    standing = _standing()
    newest = SignalRule.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if seen is not None and seen != newest:
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
                SIGNAL_LABELS[signal]: (words(standing[signal]), words(rule))
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
    StageNorm.objects.bulk_create(
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
        ],
        update_conflicts=True,
        unique_fields=["run", "stage"],
        update_fields=["deals", "median", "p75", "fewest"],
    )
    LearntLimit.objects.bulk_create(
        [
            LearntLimit(run=run, signal=signal, deals=learnt.deals, limit=learnt.limit)
            for signal, learnt in limits.items()
        ],
        update_conflicts=True,
        unique_fields=["run", "signal"],
        update_fields=["deals", "limit"],
    )
    return len(norms) + len(limits)
