"""What became of the deals that should have closed in the period, and which were pushed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from operator import attrgetter

from django.db.models import F, FilteredRelation, Q

from analytics.context.reports import ReportView, one_state
from analytics.metrics.metrics.closings import cut
from analytics.metrics.metrics.promises import Promise, Promises, fate_of, promises
from analytics.metrics.reports.closings import ELSEWHERE, scope_rows, shown_to
from analytics.metrics.reports.velocity import at_the_end_of
from analytics.risk.metrics.stage_norms import date_moves
from kit.money import cents
from pipeline.deals.reports.selection import DealSelection

DAY = timedelta(days=1)
# The expected closes of each deal, one after the other, while it was open in the period.
CLOSES = """
WITH counted AS MATERIALIZED ({deals}), held AS (
    SELECT deal_id, valid_from, expected_close_on,
           lag(expected_close_on) OVER (PARTITION BY deal_id ORDER BY valid_from) AS was
      FROM pipeline_dealversion JOIN counted USING (deal_id)
     WHERE status = 'open' AND valid_from < %(end)s AND valid_to > %(start)s
       AND valid_from <= %(moment)s
)
SELECT deal_id, array_agg(expected_close_on ORDER BY valid_from)
           FILTER (WHERE was IS DISTINCT FROM expected_close_on)
  FROM held GROUP BY deal_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """The promises of a ``person``, of the ``whole`` scope, or of people who may not be opened."""

    label: str
    person: int | None = None
    whole: bool = False
    promises: Promises


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedDeals:
    """The deals that were open in the period, those pushed in it, and the moves themselves."""

    open: frozenset[int]
    pushed: frozenset[int]
    slipped: frozenset[int]
    pushes: int
    slips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipsReport:
    """Promises of the period's start and what became of them, and the pushes of the period.

    ``expected`` selects the promises as they stood at the start.
    """

    report_view: ReportView
    rows: Sequence[Promise]
    whole: PromiseLine
    people: Sequence[PromiseLine]
    expected: DealSelection
    pushes: PushedDeals

    def __post_init__(self) -> None:
        found = sum(line.promises.expected for line in self.people)
        if found != self.whole.promises.expected:
            raise ValueError("people's promises do not add up to all of them")


@one_state()
def slips_report(report_view: ReportView, *, names: Mapping[int, str]) -> SlipsReport:
    """Return the slips and pushes of a report view, in three statements."""
    rows = promised(report_view)
    people = [
        PromiseLine(
            label=names.get(person, "Somebody else"), person=person, promises=promises(group)
        )
        for person, group in cut((row for row in rows if row.shown), attrgetter("person")).items()
    ]
    people.sort(key=lambda line: (-line.promises.expected, line.label))
    hidden = [row for row in rows if not row.shown]
    if hidden:
        people.append(PromiseLine(label=ELSEWHERE, promises=promises(hidden)))
    return SlipsReport(
        report_view=report_view,
        rows=rows,
        whole=PromiseLine(label=report_view.scope.label, whole=True, promises=promises(rows)),
        people=people,
        expected=_at_start(report_view).closing,
        pushes=pushes_of(report_view),
    )


def _at_start(report_view: ReportView) -> ReportView:
    """Return the report view at the end of the day before the period, or as it is before that."""
    before = report_view.period.period.start - DAY
    if report_view.day <= before:
        return report_view
    return replace(report_view, as_of=before, moment=report_view.calendar.end_of(before))


def promised(report_view: ReportView) -> list[Promise]:
    """Return the deals expected at the start with what became of them by the period's end."""
    start, end = _at_start(report_view), at_the_end_of(report_view, report_view.period)
    period = report_view.period.period
    held = Q(deal__versions__valid_from__lte=end.moment, deal__versions__valid_to__gt=end.moment)
    rows = start.versions(start.closing).annotate(
        later=FilteredRelation("deal__versions", condition=held), shown=shown_to(report_view.viewer)
    )
    found = []
    for row in rows.values(
        "deal",
        "owner",
        "amount_base",
        "shown",
        status_later=F("later__status"),
        archived_later=F("later__archived"),
        close_on=F("later__expected_close_on"),
        closed_on_later=F("later__closed_on"),
    ):
        fate = fate_of(
            status=row["status_later"],
            archived=row["archived_later"],
            close_on=row["close_on"],
            closed_on=row["closed_on_later"],
            period=period,
            is_over=end.day >= period.last_day and report_view.day > period.last_day,
        )
        amount = row["amount_base"]
        found.append(
            Promise(row["deal"], row["owner"], cents(amount) if amount else 0, fate, row["shown"])
        )
    return found


def pushes_of(report_view: ReportView) -> PushedDeals:
    """Return the moves of the expected close of all deals that were open in the period."""
    period = report_view.period.period
    worked = Q(status="open") | Q(closed_on__gte=period.start)
    counted = report_view.deals(DealSelection(created_to=period.end))
    rows = scope_rows(report_view, report_view.versions(counted).filter(worked), CLOSES)
    moves = {
        deal: date_moves(closes or (), period_of=_quarter(report_view)) for deal, closes in rows
    }
    return PushedDeals(
        open=frozenset(moves),
        pushed=frozenset(deal for deal, found in moves.items() if found.pushes),
        slipped=frozenset(deal for deal, found in moves.items() if found.slips),
        pushes=sum(found.pushes for found in moves.values()),
        slips=sum(found.slips for found in moves.values()),
    )


def _quarter(report_view: ReportView) -> Callable[[date], object]:
    """Return what tells the fiscal quarters of days apart; beyond the calendar, the day itself."""
    return cache(lambda day: report_view.calendar.holding(day) or day)
