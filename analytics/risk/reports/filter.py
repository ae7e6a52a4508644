"""Which versions of open deals have a signal: for lists too long to judge one by one.

The facts are those that deals are judged by, the rules those of ``analytics.risk.metrics.risk``;
that both find the same deals is tested on random histories.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
)
from django.db.models.functions import Coalesce, TruncDate

from analytics.context.reports import ReportView
from analytics.risk.enums import Only, Signal
from analytics.risk.metrics.risk import WAITING_FOR
from analytics.risk.reports.inputs import RiskInputs, facts
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.enums import Status

NOTHING = Q(pk__in=[])


def at_risk(
    rows: DealVersionQuerySet, report_view: ReportView, inputs: RiskInputs, only: str
) -> DealVersionQuerySet:
    """Return the rows with one signal, or with any that is on for ``Only.AT_RISK``."""
    wanted = list(CONDITIONS) if only == Only.AT_RISK else [Signal(only)]
    judged = [signal for signal in wanted if signal in CONDITIONS and inputs.rules[signal].on]
    known = _facts(report_view, inputs)
    needed = {name for signal in judged for name in NEEDS.get(signal, ())}
    described = rows.alias(**{name: known[name] for name in known if name in needed})
    found = reduce(or_, (_condition(signal, report_view, inputs) for signal in judged), NOTHING)
    narrowed: DealVersionQuerySet = described.filter(found, status=Status.OPEN)
    return narrowed


# What each signal's condition reads besides the columns of the version.
NEEDS: dict[Signal, tuple[str, ...]] = {
    Signal.STALLED: ("entered",),
    Signal.QUIET: ("last_touch",),
    Signal.PUSHED: ("pushes",),
    Signal.TOO_SOON: ("entered", "planned"),
    Signal.WENT_BACK: ("back_from",),
    Signal.AMOUNT_FELL: ("top", "lost"),
    Signal.SINGLE_CONTACT: ("people",),
    Signal.NO_DECISION_MAKER: ("met_decision_maker",),
}


def _facts(report_view: ReportView, inputs: RiskInputs) -> dict[str, Any]:
    known = facts(moment=report_view.moment, inputs=inputs)
    limit = inputs.rules[Signal.AMOUNT_FELL].limit or 0
    entered_on = TruncDate("entered", tzinfo=report_view.calendar.zone)
    planned = F("expected_close_on") - ExpressionWrapper(entered_on, output_field=DateField())
    return known | {
        "last_touch": Coalesce(known["touched"], F("deal__created_at")),
        "planned": ExpressionWrapper(planned, output_field=DurationField()),
        # Above zero from the threshold on: what is missing, less what may be.
        "lost": 100 * (F("top") - F("amount")) - limit * F("top"),
    }


def _condition(signal: Signal, report_view: ReportView, inputs: RiskInputs) -> Q:
    found = CONDITIONS[signal](report_view, inputs, inputs.rules[signal].limit or 0)
    if signal in WAITING_FOR:
        found &= Q(wait_until__isnull=True) | Q(wait_until__lte=report_view.day)
    return found


def _begun_by(report_view: ReportView, days: int) -> datetime:
    """Return the moment before which something lies that is so many days old."""
    return report_view.calendar.start_of(report_view.day - timedelta(days=days - 1))


def _stalled(report_view: ReportView, inputs: RiskInputs, limit: int) -> Q:
    found = NOTHING
    for stage, norm in inputs.norms.items():
        if norm.days is not None:
            days = -(-limit * norm.days // 100)
            found |= Q(stage=stage, entered__lt=_begun_by(report_view, days))
    return found


def _too_soon(report_view: ReportView, inputs: RiskInputs, limit: int) -> Q:
    found = NOTHING
    for stage, norm in inputs.norms.items():
        if norm.quickest is not None:
            fewest = -(-limit * norm.quickest // 100)
            found |= Q(stage=stage, planned__lt=timedelta(days=fewest))
    return Q(expected_close_on__gte=report_view.day) & found


# The cheapest to find out first: the database stops at the first that holds.
CONDITIONS: dict[Signal, Callable[[ReportView, RiskInputs, int], Q]] = {
    Signal.CLOSE_PASSED: lambda report_view, _, limit: Q(
        expected_close_on__lte=report_view.day - timedelta(days=limit)
    ),
    Signal.STEP_OVERDUE: lambda report_view, _, limit: Q(
        next_step_on__lte=report_view.day - timedelta(days=limit)
    ),
    Signal.NO_STEP: lambda *_: Q(next_step=""),
    Signal.NO_CLOSE_DATE: lambda *_: Q(expected_close_on__isnull=True),
    Signal.OWNER_LEFT: lambda report_view, *_: Q(owner__left_on__lte=report_view.day),
    Signal.STALLED: _stalled,
    Signal.TOO_SOON: _too_soon,
    Signal.QUIET: lambda report_view, _, limit: Q(last_touch__lt=_begun_by(report_view, limit)),
    Signal.PUSHED: lambda _, __, limit: Q(pushes__gte=limit),
    Signal.WENT_BACK: lambda *_: Q(back_from__isnull=False),
    Signal.AMOUNT_FELL: lambda *_: Q(top__gt=0, lost__gte=0),
    Signal.SINGLE_CONTACT: lambda _, __, limit: Q(people__gt=0, people__lt=limit),
    Signal.NO_DECISION_MAKER: lambda report_view, _, limit: Q(
        met_decision_maker=False, deal__created_at__lt=_begun_by(report_view, limit)
    ),
}
