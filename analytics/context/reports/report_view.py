"""The report view: the scope, period, moment and viewer of a page of figures."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from analytics.context.reports.organisation_calendar import NamedPeriod, OrganisationCalendar
from analytics.context.reports.scope import Scope
from kit.periods import Period
from org.models.people import Person
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.deals.reports.selection import CLOSED, DealSelection
from pipeline.enums import Status


def closed_in(period: Period, status: str = CLOSED) -> DealSelection:
    """Return the deals that closed in the period, or those of them won or lost.

    How deals end counts each once, for its owner at the closing; what is won, as credit is parted.
    """
    return DealSelection(
        status=status, closed_from=period.start, closed_to=period.end, whole=status == CLOSED
    )


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """What every part of a page of figures shares.

    ``as_of`` is a past day, whose end ``moment`` is; None means now. ``pipeline`` narrows the
    deals to those of one pipeline; None takes all. The selections below are
    what the figures are computed from and what they link to.
    """

    viewer: Person
    scope: Scope
    period: NamedPeriod
    moment: datetime
    as_of: date | None
    calendar: OrganisationCalendar
    pipeline: int | None = None

    @cached_property
    def day(self) -> date:
        """The organisation's day that is selected."""
        return self.calendar.day(self.moment)

    def days_since(self, moment: datetime | None) -> int | None:
        """Return the days from ``moment`` to the as-of day; None for no moment."""
        return None if moment is None else (self.day - self.calendar.day(moment)).days

    def deals(self, selection: DealSelection) -> DealSelection:
        """Return the deals of the selection that count for the scope at this moment."""
        return self.scope.of(selection.but(as_of=self.as_of, pipeline=self.pipeline))

    def versions(self, selection: DealSelection) -> DealVersionQuerySet:
        """Return the deals of a selection of this report view as they were."""
        rows: DealVersionQuerySet = selection.versions(
            moment=self.moment, day=self.day, calendar=self.calendar
        )
        return rows

    @cached_property
    def won(self) -> DealSelection:
        """Deals won in the period."""
        return self.deals(closed_in(self.period.period, Status.WON))

    @cached_property
    def closed(self) -> DealSelection:
        """Deals won and lost in the period."""
        return self.deals(closed_in(self.period.period))

    @cached_property
    def open(self) -> DealSelection:
        """All open deals."""
        return self.deals(DealSelection(status=Status.OPEN))

    @cached_property
    def closing(self) -> DealSelection:
        """Open deals that are expected to close in the period."""
        period = self.period.period
        return self.open.but(close_from=period.start, close_to=period.end)
