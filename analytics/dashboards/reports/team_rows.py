"""A line of the team dashboard's tables, and what it is summed from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from analytics.attainment.metrics import (
    Credit,
    Cycle,
    Outcomes,
    attainment_share,
    coverage,
    gap_to_quota,
    sales_cycle,
    summed,
)
from analytics.attainment.reports.attainment import Amounts, AttainmentBook, Slice, total
from analytics.attainment.reports.ledger import Entry
from analytics.context.reports import ReportView
from org.enums import SubjectKind
from org.metrics import ResolvedQuota, Subject, below
from org.reports.organisation import Roster
from pipeline.deals.reports.selection import DealSelection

NOTHING, NO_CYCLE = Credit(0, 0, 0), Cycle(0, None, None, None)


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
    credit: Credit = NOTHING
    target: ResolvedQuota | None = None
    closing: Amounts = field(default_factory=Amounts)
    outcomes: Outcomes = field(default_factory=Outcomes)
    cycle: Cycle = NO_CYCLE
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


OUTSIDE = "Outside of these teams"
# Of a team that lay in another one of these until it moved, both have what was closed before.
TWICE = "Counted in two of these teams"


def team_rows(
    report_view: ReportView,
    book: AttainmentBook,
    people: Roster,
    *,
    slices: Sequence[Slice],
) -> list[TeamRow]:
    """Return a line for each team directly below the scope, and one for what is of none of them.

    One more takes off what is of two of them, where a team moved out of another in the period.

    Closed deals count by the team of their time, open ones by that of their owner, as on the
    team's own dashboard. Empty where there is no team below.
    """
    owned = {each.owner: people.counted_on(each.owner, report_view.day) for each in slices}
    found: list[TeamRow] = []
    inside_any: set[int] = set()
    times: Counter[int] = Counter()
    for team in _below(report_view):
        inside = report_view.calendar.teams.inside(team, report_view.day)
        inside_any |= inside
        reached = book.attainment(Subject(SubjectKind.TEAM, team))
        of_team = [
            place
            for place, row in enumerate(book.rows)
            if row.team in report_view.calendar.teams.inside(team, row.day)
        ]
        times.update(of_team)
        line = _line(
            report_view, report_view.calendar.team_names[team], [book.rows[n] for n in of_team]
        )
        open_ones = closing_of(each for each in slices if owned[each.owner] in inside)
        found.append(replace(line, team=team, target=reached.target, closing=open_ones))
    if not found:
        return []
    rest = _line(report_view, OUTSIDE, [row for n, row in enumerate(book.rows) if n not in times])
    rest = replace(
        rest, closing=closing_of(each for each in slices if owned[each.owner] not in inside_any)
    )
    twice = _line(report_view, TWICE, [book.rows[n] for n in times for _ in range(times[n] - 1)])
    return [*found, *(row for row in (rest, _taken_off(twice)) if not _is_empty(row))]


def _is_empty(row: TeamRow) -> bool:
    return row.credit == NOTHING and not (row.outcomes.closed or row.closing.deals)


def _taken_off(row: TeamRow) -> TeamRow:
    """Return a line that takes away what a line has, which others have too."""
    credit, ended = row.credit, row.outcomes
    return replace(
        row,
        credit=Credit(0, -credit.actual, -credit.cases, -credit.unpriced, -credit.overlay),
        outcomes=Outcomes(
            -ended.won, -ended.lost, -ended.won_cents, -ended.lost_cents, -ended.unpriced
        ),
        cycle=NO_CYCLE,
    )


def check_teams(teams: Sequence[TeamRow], whole: TeamRow, quota_beside: int | None) -> None:
    """Raise ValueError unless the lines of teams, where there are any, add up to the scope."""
    if not teams:
        return
    quota = sum(row.quota or 0 for row in teams) + (quota_beside or 0)
    pairs = {
        "bookings": (sum(row.booked for row in teams), whole.booked),
        "open deals": (sum((row.closing for row in teams), Amounts()), whole.closing),
        "closed deals": (sum(row.outcomes.closed for row in teams), whole.outcomes.closed),
        "quotas": (quota, whole.quota or 0),
    }
    for name, (found, wanted) in pairs.items():
        if found != wanted:
            raise ValueError(f"the {name} of teams add up to {found}, not to {wanted}")


def _below(report_view: ReportView) -> list[int]:
    """Return the teams directly below the scope on its day that the viewer may open, by name.

    Where that is a single one, it says no more than the total: those below it are returned.
    """
    calendar, scope = report_view.calendar, report_view.scope
    if scope.subject.kind not in {SubjectKind.TEAM, SubjectKind.EVERYONE}:
        return []
    parents = calendar.teams.parents(report_view.day)
    open_to_viewer = set(calendar.parents)
    if scope.team is not None:
        open_to_viewer = below(calendar.parents, {scope.team})
    shown = open_to_viewer - calendar.archived_teams

    def inside(parent: int | None) -> list[int]:
        return [t for t in calendar.team_names if t in shown and parents.get(t) == parent]

    found = inside(scope.team)
    while len(found) == 1 and (deeper := inside(found[0])):
        found = deeper
    return found


def _line(report_view: ReportView, name: str, rows: Sequence[Entry]) -> TeamRow:
    return TeamRow(
        report_view=report_view,
        name=name,
        credit=summed(rows),
        outcomes=outcomes_of(rows),
        cycle=cycle_of(rows),
    )
