"""What a person's own page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.attainment.metrics import (
    Attainment,
    Cycle,
    Outcomes,
    attained,
    attainment_share,
    coverage,
    merged,
)
from analytics.attainment.reports.attainment import Amounts, open_slices, total
from analytics.attainment.reports.ledger import Curves, Pace, booking_curves, ledger_of, pace_of
from analytics.context.reports import ReportView, one_state
from analytics.dashboards.reports.team_rows import cycle_of, outcomes_of
from analytics.risk.metrics.attention import THRESHOLDS, ToDo, to_do_list
from analytics.risk.reports.attention import (
    grouped_undated,
    large_amount,
    open_deals,
    risk_inputs_of,
)
from org.enums import Measure
from org.metrics import ResolvedQuota, own_quota
from org.models.people import Person
from org.reports.organisation import NamedPeriod, Roster, quota_book
from pipeline.activities.models import Activity

RECENT_ACTIVITIES = 6


@dataclass(frozen=True, slots=True)
class EarlierPeriod:
    """What a person reached in an earlier period, in cents."""

    period: NamedPeriod
    booked: int
    target: ResolvedQuota | None

    @property
    def quota(self) -> int | None:
        return self.target.amount if self.target else None

    @property
    def share(self) -> Decimal | None:
        return attainment_share(self.booked, self.quota)


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReport:
    """The page of one person, all of one report view.

    ``to_do`` are the open deals by what to do next, the most pressing first; of many, the
    largest were looked at and ``capped`` says that there are more. ``undated`` open deals have
    no close date and are so many that they are told in one line.
    """

    report_view: ReportView
    person: Person
    attainment: Attainment
    pace: Pace
    outcomes: Outcomes
    cycle: Cycle
    closing: Amounts
    all_open: Amounts
    to_do: Sequence[ToDo]
    undated: int
    capped: bool
    activities: Sequence[Activity]
    curves: Curves
    earlier: Sequence[EarlierPeriod]

    @property
    def coverage(self) -> Decimal | None:
        reached = self.attainment
        return coverage(self.closing.cents, quota=reached.quota, booked=reached.actual)


@one_state()
def my_report(report_view: ReportView, person: Person) -> MyReport:
    """Return the page of ``person``, whose scope the look has, in seven statements.

    One more where credit is split.
    """
    calendar, subject = report_view.calendar, report_view.scope.subject
    earlier = calendar.earlier(report_view.period)
    spans = {each.pk: calendar.span(each.pk) for each in (*earlier, report_view.period)}
    book = quota_book(
        Measure.BOOKINGS, spans.values(), report_view.moment, calendar=calendar, people=Roster({})
    )
    ledger = ledger_of(report_view)
    booked = ledger.entries(report_view.period.period, lost=True)
    reached = attained(
        subject,
        measure=Measure.BOOKINGS,
        period_id=report_view.period.pk,
        target=own_quota(subject, spans[report_view.period.pk], book),
        credits=merged(booked),
    )
    curves = booking_curves(report_view, ledger)
    slices = open_slices(report_view)
    undated = grouped_undated(sum(each.undated for each in slices))
    inputs = risk_inputs_of(report_view)
    deals = open_deals(report_view, inputs=inputs, owners=[person.pk], undated=not undated)
    return MyReport(
        report_view=report_view,
        person=person,
        attainment=reached,
        pace=pace_of(report_view, reached, curves),
        outcomes=outcomes_of(booked),
        cycle=cycle_of(booked),
        closing=total(slices, lambda each: each.closing),
        all_open=total(slices, lambda each: each.all),
        to_do=to_do_list(
            deals[: THRESHOLDS.deals_looked_at],
            day=report_view.day,
            large=large_amount(reached.quota, inputs.rules),
            rules=inputs.rules,
        ),
        undated=undated,
        capped=len(deals) > THRESHOLDS.deals_looked_at,
        activities=_recent(report_view, person),
        curves=curves,
        earlier=[
            EarlierPeriod(each, curve.whole, own_quota(subject, spans[each.pk], book))
            for each, curve in zip(earlier, curves.earlier, strict=True)
        ],
    )


def _recent(report_view: ReportView, person: Person) -> list[Activity]:
    rows = (
        Activity.objects.visible_to(report_view.viewer)
        .known_at(report_view.moment)
        .filter(person=person)
    )
    return list(rows.select_related("deal", "account")[:RECENT_ACTIVITIES])
