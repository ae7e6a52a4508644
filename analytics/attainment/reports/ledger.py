"""The ledger of bookings: what won deals came to, for whom, for which team and on which day.

Everything that shows bookings reads it, so that one number is computed in one place.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from analytics.attainment.metrics import (
    Attainment,
    Credit,
    Curve,
    Outcomes,
    cumulative,
    expected_to_date,
    pacing,
    required_per_day,
    seasonal_pacing,
    seasonal_share,
)
from analytics.context.reports import OrganisationCalendar, ReportView, Scope
from kit.periods import Period, WorkingDays
from kit.sql import fetch, read
from org.enums import Measure, SubjectKind
from pipeline.credit.metrics import overlay_part, revenue_parts
from pipeline.deals.reports.selection import NOWHERE
from pipeline.enums import CreditKind, Status

BOOKINGS = read("analytics/attainment/sql/bookings.sql")
SPLIT_DEALS = read("analytics/attainment/sql/split_deals.sql")
COUNTED = {
    measure: read("analytics/attainment/sql/counted.sql").format(
        rows=read(f"analytics/attainment/sql/{measure}.sql")
    )
    for measure in (Measure.DEALS_CREATED, Measure.ACTIVITIES)
}
Place = Literal["team", "territory"]
TREES: dict[Place, str] = {"team": "teams", "territory": "territories"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Credit):
    """What counts for a person by the team and the territory of the time; 0 is a sum of many.

    ``day`` is that of the closing, or the first of the days on which teams, or territories, lay in
    each other as on that day. Where lost deals were read too, ``outcomes`` and ``days`` tell how
    the person's deals ended, however their credit is split, and how many took how many days.
    """

    day: date
    team: int | None = None
    territory: int | None = None
    outcomes: Outcomes = field(default_factory=Outcomes)
    days: Counter[int] = field(default_factory=Counter)

    def counts_for(self, scope: Scope) -> bool:
        """Whether the entry is one of a scope's, by its teams or territories of the day."""
        if scope.tree is None:
            return scope.people is None or self.person in scope.people
        of_territory = scope.subject.kind is SubjectKind.TERRITORY
        place = self.territory if of_territory else self.team
        return (place or NOWHERE) in scope.inside(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Entry):
    """What a split gives a person of a won deal, or takes from its owner at the closing.

    Those of a deal add up to nothing; ``overlay`` stands apart. ``amount`` is the whole of the
    deal in cents.
    """

    deal: int
    owner: int
    owner_team: int | None
    amount: int


@dataclass(frozen=True)
class Ledger:
    """The bookings of the days of ``span``, as known at ``moment``.

    ``scope`` or ``people`` narrow it to what counts for a scope, or for these people. Credit goes
    to the owner at the closing, or as the split in force at the moment parts it. Archived deals
    are left out.
    """

    span: Period
    moment: datetime
    calendar: OrganisationCalendar
    scope: Scope | None = None
    people: Collection[int] | None = None

    def entries(
        self,
        days: Period | None = None,
        *,
        by: Place = "team",
        lost: bool = False,
        split: bool = True,
    ) -> list[Entry]:
        """Return the entries of the span, or of ``days`` of it, by person and place of the time.

        ``lost`` adds how all deals closed then ended, which changes no amount. Without ``split``
        each deal is its owner's as a whole.
        """
        days = days or self.span
        starts = getattr(self.calendar, TREES[by]).starts(days.start, days.end)
        rows = self._rows(days, starts, by=("person", by), lost=lost)
        return [*rows, *self._moved(days, starts)] if split else rows

    def by_day(self) -> dict[date, int]:
        """Return the cents of each day."""
        found = {row.day: row.actual for row in self._rows(self.span, None, by=())}
        for each in self.transfers:
            if self._has(each):
                found[each.day] = found.get(each.day, 0) + each.actual
        return found

    @cached_property
    def transfers(self) -> list[Transfer]:
        """What splits change, of all deals that concern the ledger's scope or people.

        One statement over the deals that have a split, and none where nobody ever set one.
        """
        if not self.calendar.has_splits:
            return []
        narrowed = self._narrowed
        everybody = narrowed["people"] is None and narrowed["teams"] is None
        given = {"start": self.span.start, "end": self.span.end, "moment": self.moment}
        rows = fetch(SPLIT_DEALS, narrowed | given | {"everybody": everybody})
        deals = groupby(rows, key=lambda row: row[:6])
        return [
            each for deal, shares in deals for each in _transfers(deal, [s[6:] for s in shares])
        ]

    def _moved(self, days: Period, starts: Sequence[date]) -> Iterator[Entry]:
        for each in self.transfers:
            if each.day in days and self._has(each):
                yield Entry(
                    person=each.person,
                    actual=each.actual,
                    cases=0,
                    overlay=each.overlay,
                    team=each.team,
                    territory=each.territory,
                    day=starts[bisect_right(starts, each.day) - 1],
                )

    def _has(self, each: Entry) -> bool:
        if self.scope is not None:
            return each.counts_for(self.scope)
        return self.people is None or each.person in self.people

    def _rows(
        self,
        days: Period,
        starts: Sequence[date] | None,
        *,
        by: Collection[str],
        lost: bool = False,
    ) -> list[Entry]:
        """Return what deals came to, by these keys and the last of ``starts``, without splits."""
        inside = self._inside(days)
        of_territory = self.scope is not None and self.scope.subject.kind is SubjectKind.TERRITORY
        given: dict[str, Any] = {
            "start": days.start,
            "end": days.end,
            "moment": self.moment,
            "zone": self.calendar.organisation.time_zone,
            "starts": starts if starts is None else list(starts),
            "statuses": [Status.WON, Status.LOST] if lost else [Status.WON],
            "lost": lost,
            "with_team": "team" in by or (bool(inside) and not of_territory),
            "with_territory": "territory" in by or (bool(inside) and of_territory),
            "nodes": [node for node, *_ in inside] or None,
            "since": [since for _, since, _ in inside],
            "until": [until for *_, until in inside],
            **{f"by_{key}": key in by for key in ("person", "team", "territory")},
        }
        return [_entry(row) for row in fetch(BOOKINGS, given | self._narrowed)]

    @cached_property
    def _narrowed(self) -> dict[str, list[int] | None]:
        """Whose deals alone need to be read: of the people, or of all who were in the teams."""
        people, teams = self.people, None
        if self.scope is not None:
            people = self.scope.people
            teams = None if self.scope.team is None else sorted(self.scope.ever_inside())
        return {"people": None if people is None else sorted(people), "teams": teams}

    def _inside(self, days: Period) -> list[tuple[int, date, date]]:
        """Return the scope's teams or territories, each with the days on which it lay in it."""
        if self.scope is None or self.scope.tree is None:
            return []
        parts = self.scope.tree.stretches(self.scope.subject.pk, days.start, days.end)
        return [
            (node, part.start or days.start, part.end or days.end)
            for part in parts
            for node in part.inside
        ]


def _entry(row: tuple) -> Entry:
    person, team, territory, day, actual, cases, unpriced, *ended, days = row
    return Entry(
        person=person or 0,
        actual=actual,
        cases=cases,
        unpriced=unpriced,
        team=team,
        territory=territory,
        day=day,
        outcomes=Outcomes(cases, *ended),
        days=Counter(days or ()),
    )


def _transfers(deal: tuple, shares: Sequence[tuple]) -> Iterator[Transfer]:
    """Yield what the shares (person, kind, percent, team) of a won deal change."""
    pk, day, owner, owner_team, territory, amount = deal
    teams = {person: team for person, _, _, team in shares} | {owner: owner_team}
    percents = _percents(shares, CreditKind.REVENUE)
    parts = revenue_parts(amount, percents) if percents else {owner: amount}
    overlays = _percents(shares, CreditKind.OVERLAY)
    for person, team in teams.items():
        change = parts.get(person, 0) - (amount if person == owner else 0)
        overlay = overlay_part(amount, overlays[person]) if person in overlays else 0
        if change or overlay:
            yield Transfer(
                person=person,
                actual=change,
                cases=0,
                overlay=overlay,
                team=team,
                territory=territory,
                day=day,
                deal=pk,
                owner=owner,
                owner_team=owner_team,
                amount=amount,
            )


def _percents(shares: Sequence[tuple], kind: CreditKind) -> dict[int, Decimal]:
    return {person: percent for person, its, percent, _ in shares if its == kind}


def counted(
    measure: Measure,
    period: Period,
    *,
    moment: datetime,
    calendar: OrganisationCalendar,
    people: set[int] | None,
) -> list[Entry]:
    """Return the deals created, or activities, of a period as known at ``moment``.

    They count for who created or did them, by the team that they were in on that day. Archived
    ones are left out. ``people`` narrows them to theirs.
    """
    given = {
        "start": calendar.start_of(period.start),
        "end": calendar.start_of(period.end),
        "moment": moment,
        "zone": calendar.organisation.time_zone,
        "starts": calendar.teams.starts(period.start, period.end),
        "people": None if people is None else sorted(people),
    }
    return [
        Entry(person=person, actual=cases, cases=cases, team=team, day=day)
        for person, team, day, cases in fetch(COUNTED[measure], given)
    ]


@dataclass(frozen=True, slots=True)
class Curves:
    """The cumulative bookings of a period, and of up to 4 earlier ones, the oldest first."""

    current: Curve
    earlier: Sequence[Curve]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the bookings keep up with the quota; amounts in cents, None where undefined.

    ``linear`` compares with a straight line over the working days, ``seasonal`` with what
    earlier periods had at the same point, of which ``expected`` is the amount.
    """

    days: WorkingDays
    linear: Decimal | None
    required: int | None
    seasonal_share: Decimal | None
    expected: int | None
    seasonal: Decimal | None


def ledger_of(report_view: ReportView) -> Ledger:
    """Return the ledger of a look's scope, of the period and those that it is compared with."""
    first = [*report_view.calendar.earlier(report_view.period), report_view.period][0]
    span = Period(first.period.start, report_view.period.period.end)
    return Ledger(span, report_view.moment, report_view.calendar, scope=report_view.scope)


def booking_curves(report_view: ReportView, ledger: Ledger) -> Curves:
    """Return the curves of a look, all as known at its moment, from its ledger."""
    booked = ledger.by_day()
    return Curves(
        current=cumulative(report_view.period.period, booked),
        earlier=[
            cumulative(each.period, booked)
            for each in report_view.calendar.earlier(report_view.period)
        ],
    )


def pace_of(report_view: ReportView, reached: Attainment, curves: Curves) -> Pace:
    """Return the pace of an attainment of the look, by the curves of the same scope."""
    days = report_view.calendar.working_days(report_view.period.period, moment=report_view.moment)
    usual = seasonal_share(curves.earlier, share=days.share, week=report_view.calendar.week)
    expected = expected_to_date(reached.quota, usual)
    return Pace(
        days=days,
        linear=pacing(reached.share, days),
        required=required_per_day(reached.gap, days),
        seasonal_share=usual,
        expected=expected,
        seasonal=seasonal_pacing(reached.actual, expected),
    )
