"""A line of the team dashboard's tables, and what it is summed from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from analytics.attainment.metrics.attainment import Credit, attainment_share, gap_to_quota
from analytics.attainment.metrics.coverage import coverage
from analytics.attainment.metrics.outcomes import Cycle, Outcomes, sales_cycle
from analytics.attainment.reports.ledger import Entry
from analytics.attainment.reports.open_pipeline import Amounts, Slice, total
from analytics.context.reports.report_view import ReportView
from org.metrics.quotas import ResolvedQuota
from pipeline.deals.reports.selection import DealSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A line of a table of people or teams, in cents.

    It is that of a ``person``, of a ``team``, of the ``whole`` scope, or sums up ``people`` whom
    the viewer may not see one by one, or what lies outside of the teams. ``left_on`` is the first
    day on which the person no longer belonged to the team.
    """

    report_view: ReportView
    person: int | None = None
    team: int | None = None
    name: str
    whole: bool = False
    people: int = 1
    left_on: date | None = None
    sells: bool = False
    credit: Credit
    target: ResolvedQuota | None
    closing: Amounts
    outcomes: Outcomes
    cycle: Cycle
    last_activity: datetime | None = None

    @property
    def quota(self) -> int | None:
        return self.target.amount if self.target else None

    @property
    def booked(self) -> int:
        return self.credit.actual

    @property
    def share(self) -> Decimal | None:
        return attainment_share(self.booked, self.quota)

    @property
    def gap(self) -> int | None:
        return gap_to_quota(self.booked, self.quota)

    @property
    def coverage(self) -> Decimal | None:
        return coverage(self.closing.cents, quota=self.quota, booked=self.booked)

    @property
    def unpriced(self) -> int:
        """Deals without an amount among those won and those closing in the period."""
        return self.credit.unpriced + self.closing.unpriced

    def of(self, deals: DealSelection) -> DealSelection | None:
        """Return those of a selection of the look that this line counts; None if nobody's."""
        if self.whole:
            return deals
        if self.team is not None:
            return deals.but(team=self.team)
        if self.person is None:
            return None
        return deals.but(**{_whose(deals): self.person})

    def url_of(self, deals: DealSelection) -> str | None:
        """Return the address of what ``of`` returns."""
        if self.whole:
            return deals.url()
        if self.team is not None:
            return deals.url_of("team", self.team)
        return None if self.person is None else deals.url_of(_whose(deals), self.person)


def _whose(deals: DealSelection) -> str:
    """Return the part of a selection that names the person whom its deals count for."""
    return "credited_to" if deals.is_closed else "owner"


def closing_of(slices: Iterable[Slice]) -> Amounts:
    return total(slices, lambda each: each.closing)


def outcomes_of(ended: Iterable[Entry]) -> Outcomes:
    return sum((each.outcomes for each in ended), Outcomes())


def cycle_of(ended: Iterable[Entry]) -> Cycle:
    days: Counter[int] = Counter()
    for each in ended:
        days.update(each.days)
    return sales_cycle(days)
