"""How the deals of a period ended: rates, cycles, by person, reason, week and cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from analytics.attainment.metrics import Outcomes
from analytics.context.reports import ReportView, one_state
from analytics.metrics.metrics.closings import (
    Closing,
    Cohort,
    LateShare,
    cut,
    is_immature,
    quarter_end_effect,
    weeks_of,
)
from analytics.metrics.reports.closings import (
    ClosingsRow,
    ClosingsRows,
    closings,
    grouped_closings,
    line,
)
from kit.money import cents
from kit.periods import Period
from org.enums import PeriodKind
from org.reports.organisation import NamedPeriod
from pipeline.deals.reports.kinds import NOT_GIVEN
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from pipeline.stages.reports import QUALIFIED, QualifiedFrom, loss_names, qualified_from


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifiedWinRate:
    """Closed deals that were qualified, by number alone, and from which stages that counts."""

    deals: DealSelection
    outcomes: Outcomes
    stages: Sequence[QualifiedFrom]

    @property
    def words(self) -> str:
        """The stages in words, and which of them nobody set."""
        several = len(self.stages) > 1
        return ", ".join(
            stage.name
            + (f" in {stage.pipeline_name}" if several else "")
            + ("" if stage.is_set else " (by default)")
            for stage in self.stages
        )


def qualified(report_view: ReportView) -> QualifiedWinRate:
    """Return the closed deals of a look that came as far as the qualified stage, by how they ended.

    Name: Win rate from the qualified stage
    Formula: won / (won + lost), of the deals that stood in the qualified stage of their pipeline
        or a later open one, or were won
    Unit: a share
    Denominator: deals closed in the period that were qualified
    Placed by: the day of the closing
    Credited to: the owner at the closing
    Left out: deals lost before they were qualified; archived deals
    Undefined: when no such deal closed; withheld of fewer than 10
    Source: own; which stage is the qualified one is set for each pipeline, by default its second
        open stage, and is as it is set today
    """
    deals = report_view.closed.but(reached=QUALIFIED)
    found = dict(
        report_view.versions(deals).order_by().values_list("status").annotate(rows=Count("deal"))
    )
    return QualifiedWinRate(
        deals=deals,
        outcomes=Outcomes(won=found.get(Status.WON, 0), lost=found.get(Status.LOST, 0)),
        stages=qualified_from(report_view.pipeline),
    )


NO_REASON = "No reason given"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortLine:
    """The deals created in a period; ``deals`` selects them."""

    cohort: Cohort
    deals: DealSelection
    immature: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week of the quarters that are selected: the line of each of them, and of all."""

    label: str
    quarters: Sequence[ClosingsRow | None]
    whole: ClosingsRow


def cohorts(report_view: ReportView, whole: ClosingsRow) -> list[CohortLine]:
    """Return what became of the deals created in this period and up to four before, the newest
    first; how long deals take is told by those that ``whole`` has won.
    """
    periods = [*report_view.calendar.earlier(report_view.period), report_view.period]
    rows = report_view.versions(
        report_view.deals(
            DealSelection(created_from=periods[0].period.start, created_to=periods[-1].period.end)
        )
    )
    found = rows.aggregate(**_counts(report_view, periods))
    lines = []
    for period in reversed(periods):
        span = period.period
        cohort = Cohort(
            span,
            **{str(status): found[f"{status}_{period.pk}"] for status in Status},
            cents=cents(found[f"sum_{period.pk}"]),
        )
        lines.append(
            CohortLine(
                cohort=cohort,
                deals=report_view.deals(
                    DealSelection(created_from=span.start, created_to=span.end)
                ),
                immature=is_immature(cohort, day=report_view.day, cycle=whole.ends.won_days),
            )
        )
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesReport:
    """How the closed deals of a report view ended.

    ``quarters`` are those of the period, or the one that it is a part of: the weeks' columns.
    ``late`` is None for a month, and before the last month of a quarter has begun.
    """

    report_view: ReportView
    whole: ClosingsRow
    people: ClosingsRows
    reasons: ClosingsRows
    quarters: Sequence[Period]
    weeks: Sequence[Week]
    late: LateShare | None
    qualified: QualifiedWinRate | None
    cohorts: Sequence[CohortLine]

    def __post_init__(self) -> None:
        found = sum(week.whole.outcomes.closed for week in self.weeks)
        if found != self.whole.outcomes.closed:
            raise ValueError(f"weeks add up to {found}, not to {self.whole.outcomes.closed}")


@one_state()
def outcomes_report(
    report_view: ReportView, *, reached: int | None, names: Mapping[int, str]
) -> OutcomesReport:
    """Return how deals ended: closed deals, names of reasons, cohorts, and those qualified.

    ``reached`` counts only the deals that came as far as this stage; ``names`` are those of the
    people whom the viewer may see.
    """
    deals = report_view.closed.but(reached=reached)
    rows = closings(report_view, deals)
    whole = line(report_view.scope.label, deals, rows)
    lost = [row for row in rows if not row.won]
    reasons = loss_names()
    return OutcomesReport(
        report_view=report_view,
        whole=whole,
        qualified=qualified(report_view) if reached is None else None,
        people=grouped_closings(
            whole,
            rows,
            lambda row: row.person,
            part=lambda person: {"credited_to": person},
            label=lambda person: names.get(person, "Somebody else"),
        ),
        reasons=grouped_closings(
            line("All lost deals", deals.but(status=Status.LOST), lost),
            lost,
            lambda row: row.lost_reason,
            part=lambda reason: {"lost_reason": reason or NOT_GIVEN},
            label=lambda reason: reasons[reason] if reason else NO_REASON,
        ),
        quarters=_quarters(report_view),
        weeks=_weeks(report_view, deals, rows),
        late=_late(report_view, rows),
        cohorts=cohorts(report_view, whole),
    )


def _quarters(report_view: ReportView) -> list[Period]:
    """Return the quarters of the period; a month is the part of its quarter."""
    period = report_view.period
    if period.kind == PeriodKind.MONTH:
        quarter = report_view.calendar.holding(period.period.start) or period
        return [quarter.period]
    return [
        each.period
        for each in report_view.calendar.periods
        if each.kind == PeriodKind.QUARTER
        and period.period.start <= each.period.start < period.period.end
    ]


def _late(report_view: ReportView, rows: Sequence[Closing]) -> LateShare | None:
    """Return the quarter-end effect, or None of a month or before a quarter's last month."""
    if report_view.period.kind == PeriodKind.MONTH:
        return None
    found = quarter_end_effect(rows, _quarters(report_view), until=report_view.day)
    return found if found.days_late else None


def _weeks(report_view: ReportView, deals: DealSelection, rows: Sequence[Closing]) -> list[Week]:
    """Return the weeks of the quarters, counted from the first day of each."""
    by_day = cut(rows, lambda row: row.closed_on)
    parted_quarters = [weeks_of(quarter) for quarter in _quarters(report_view)]
    longest = max(parted_quarters, key=len, default=[])
    found = []
    for place, week in enumerate(longest):
        spans = [weeks[place] if place < len(weeks) else None for weeks in parted_quarters]
        lines = [_week(report_view, deals, by_day, span) for span in spans]
        inside = [row for span in spans if span for row in _closed_on(by_day, span)]
        found.append(Week(label=week.label, quarters=lines, whole=line(week.label, None, inside)))
    return found


def _week(
    report_view: ReportView,
    deals: DealSelection,
    by_day: Mapping[date, Sequence[Closing]],
    span: Period | None,
) -> ClosingsRow | None:
    start = max(span.start, report_view.period.period.start) if span else None
    end = min(span.end, report_view.period.period.end) if span else None
    if span is None or start is None or end is None or start >= end:
        return None
    selected = deals.but(closed_from=start, closed_to=end)
    return line(span.label, selected, _closed_on(by_day, Period(start, end)))


def _closed_on(by_day: Mapping[date, Sequence[Closing]], span: Period) -> list[Closing]:
    days = (span.start + timedelta(days=n) for n in range(span.days))
    return [row for day in days for row in by_day.get(day, ())]


def _counts(report_view: ReportView, periods: Sequence[NamedPeriod]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for period in periods:
        created = Q(
            deal__created_at__gte=report_view.calendar.start_of(period.period.start),
            deal__created_at__lt=report_view.calendar.start_of(period.period.end),
        )
        found[f"sum_{period.pk}"] = Sum("amount_base", filter=created, default=Decimal(0))
        for status in Status:
            found[f"{status}_{period.pk}"] = Count("deal", filter=created & Q(status=status))
    return found
