"""The open deals of a scope that break a rule, and what was decided about each."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analytics.context.reports import ReportView, one_state
from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import (
    USUAL_DAYS,
    Clean,
    DealRecord,
    Remedy,
    State,
    clean_of,
    record_gaps,
    state_of,
    unreported,
)
from analytics.risk.metrics.risk import OpenDeal, deal_reasons
from analytics.risk.models import Disposition
from analytics.risk.reports.attention import open_deals, risk_inputs_of
from kit.periods import Period
from org.reports.organisation import roster_of
from pipeline.deals.models import DealContact, DealLine, DealVersion
from pipeline.discipline.models import CriterionMet, CriterionVersion, RequiredField
from pipeline.enums import ASKED_LABELS, ExitField, Status

# The largest of a scope; what is smaller is looked at team by team, or person by person.
DEALS_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQualityIssue:
    """A rule that an open deal breaks, with the newest decision about it and where that stands."""

    deal: OpenDeal
    owner: str
    signal: Signal
    record: DealRecord
    decision: Disposition | None
    state: State
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersDeals:
    """How many of the open deals of a person break no rule."""

    person: int
    name: str
    deals: Clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """All issues of a scope, what waits longest first, and how clean its deals are.

    ``capped``: the scope has more open deals, smaller than those looked at.
    """

    report_view: ReportView
    breaches: Sequence[DataQualityIssue]
    whole: Clean
    owners: Sequence[OwnersDeals]
    capped: bool

    @property
    def by_signal(self) -> Mapping[Signal, int]:
        """The number of issues of each rule."""
        return Counter(issue.signal for issue in self.breaches)

    @property
    def by_state(self) -> Mapping[State, int]:
        return Counter(issue.state for issue in self.breaches)

    def narrowed(self, *, signal: str, state: str) -> list[DataQualityIssue]:
        """Return the issues of a rule, of a state, or of both; "" is any."""
        return [
            issue
            for issue in self.breaches
            if signal in {"", issue.signal} and state in {"", issue.state}
        ]

    def by_deal(self, *, signal: str, state: str) -> list[list[DataQualityIssue]]:
        """Return the narrowed issues by deal, in the order of the first of each deal."""
        found: dict[int, list[DataQualityIssue]] = {}
        for issue in self.narrowed(signal=signal, state=state):
            found.setdefault(issue.deal.deal, []).append(issue)
        return list(found.values())


@one_state()
def worklist(report_view: ReportView) -> Worklist:
    """Return what of the open deals that the viewer may see breaks a rule, as of the report view.

    A breach is a signal that holds, by the rules in force: the same reasons as on the dashboard
    and the review, and what the record lacks besides.
    """
    people = roster_of(
        report_view.period, report_view.moment, report_view.calendar, viewer=report_view.viewer
    ).people
    inputs = risk_inputs_of(report_view)
    found = open_deals(
        report_view,
        inputs=inputs,
        owners=[pk for pk, person in people.items() if person.shown],
        gone=[pk for pk, person in people.items() if person.gone_by(report_view.day)],
        most=DEALS_LOOKED_AT,
    )
    deals = found[:DEALS_LOOKED_AT]
    decided = {
        (row.deal_id, row.signal): row
        for row in Disposition.objects.visible_to(report_view.viewer)
        .filter(deal__in=[deal.deal for deal in deals])
        .newest(report_view.moment)
        .select_related("decided_by")
    }
    records = records_of(report_view, [deal.deal for deal in deals])
    by_deal: dict[int, list[DataQualityIssue]] = {deal.deal: [] for deal in deals}
    for deal in deals:
        reasons = deal_reasons(deal, day=report_view.day, large=None, rules=inputs.rules)
        record = unreported(deal, records.get(deal.deal, DealRecord()), reasons, rules=inputs.rules)
        for signal in (*reasons, *record_gaps(deal, record, rules=inputs.rules)):
            decision = decided.get((deal.deal, signal))
            by_deal[deal.deal].append(
                DataQualityIssue(
                    deal=deal,
                    owner=people[deal.owner].name,
                    signal=signal,
                    record=record,
                    decision=decision,
                    state=_state(decision, report_view.day),
                    day=report_view.day,
                )
            )
    states = {pk: [issue.state for issue in found] for pk, found in by_deal.items()}
    owned: dict[int, list[int]] = {}
    for deal in deals:
        owned.setdefault(deal.owner, []).append(deal.deal)
    return Worklist(
        report_view=report_view,
        breaches=_in_order(issue for found in by_deal.values() for issue in found),
        whole=clean_of(states.values()),
        owners=[
            OwnersDeals(
                person=pk, name=people[pk].name, deals=clean_of(states[deal] for deal in theirs)
            )
            for pk, theirs in sorted(owned.items(), key=lambda item: people[item[0]].name)
        ],
        capped=len(found) > len(deals),
    )


def _state(decision: Disposition | None, day: date) -> State:
    if decision is None:
        return State.UNDECIDED
    return state_of(Remedy(decision.remedy), decision.due_on, day=day)


def _in_order(breaches: Iterable[DataQualityIssue]) -> list[DataQualityIssue]:
    """Order by what waits longest, then by urgency, then the largest deal first."""
    states, signals = list(State), list(Signal)
    return sorted(
        breaches,
        key=lambda issue: (
            states.index(issue.state),
            signals.index(issue.signal),
            -(issue.deal.cents or 0),
            issue.deal.deal,
        ),
    )


def usual_due_day(report_view: ReportView) -> date:
    """Return the day that is USUAL_DAYS working days after the report view's."""
    ahead = Period(report_view.day + timedelta(days=1), report_view.day + timedelta(days=60), "")
    days = report_view.calendar.week.days(ahead)
    return days[USUAL_DAYS - 1] if len(days) >= USUAL_DAYS else ahead.last_day


# So many of what is missing are named; the rest are counted.
NAMED = 4


def records_of(report_view: ReportView, deals: Collection[int]) -> dict[int, DealRecord]:
    """Return the record of each of these deals as it was at the report view's moment.

    Source and products are those of today: their past is not kept.
    """
    moment = report_view.moment
    rows = (
        DealVersion.objects.as_of(moment)
        .visible_to(report_view.viewer)
        .filter(deal__in=deals)
        .annotate(
            contacts=Exists(DealContact.objects.as_of(moment).filter(deal=OuterRef("deal"))),
            products=Exists(DealLine.objects.filter(deal=OuterRef("deal"))),
            deal_source=F("deal__source"),
            asked=ArraySubquery(
                RequiredField.objects.filter(_passed("stage", moment)).values("field")
            ),
            unmet=ArraySubquery(_unmet(moment).values("statement")),
        )
    )
    return {row.deal_id: _record(vars(row)) for row in rows}


def _passed(stage: str, moment: datetime) -> Q:
    """Return that something was asked for at ``moment`` by a stage before the version's own."""
    return (
        Q(valid_from__lte=moment)
        & (Q(valid_to=None) | Q(valid_to__gt=moment))
        & (Q(**{f"{stage}__archived_at": None}) | Q(**{f"{stage}__archived_at__gt": moment}))
        & Q(
            **{
                f"{stage}__kind": Status.OPEN,
                f"{stage}__pipeline": OuterRef("stage__pipeline"),
                f"{stage}__order__lt": OuterRef("stage__order"),
            }
        )
    )


def _unmet(moment: datetime) -> QuerySet[CriterionVersion]:
    met = (
        CriterionMet.objects.filter(
            deal=OuterRef(OuterRef("deal")), criterion=OuterRef("criterion"), met_at__lte=moment
        )
        .filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment))
        .order_by()
    )
    asked = CriterionVersion.objects.filter(_passed("criterion__stage", moment))
    unmet: QuerySet[CriterionVersion] = asked.exclude(Exists(met)).order_by(
        "criterion__stage__order", "order", "pk"
    )
    return unmet


def _record(row: Mapping[str, Any]) -> DealRecord:
    held = {name: row[HELD.get(name, name)] for name in ExitField}
    lacking = [
        ASKED_LABELS[name]
        for name, value in held.items()
        if name in row["asked"] and (value is None or value is False or value == "")
    ]
    return DealRecord(named=row["contacts"], missing=(*lacking, *row["unmet"]))


# What the row calls the fields that it does not call by their own names.
HELD = {
    ExitField.ACCOUNT: "account_id",
    ExitField.COMPETITOR: "competitor_id",
    ExitField.SOURCE: "deal_source",
}


def gap_words(signal: Signal, record: DealRecord) -> str:
    """Return what a record lacks, by name."""
    if signal is Signal.EXIT_MISSING:
        named, rest = record.missing[:NAMED], len(record.missing) - NAMED
        return f"Missing from stages behind it: {', '.join(named)}" + (
            f" and {rest} more" if rest > 0 else ""
        )
    return {
        Signal.NO_AMOUNT: "No amount",
        Signal.NO_CONTACT: "Nobody of the customer is named",
    }[signal]
