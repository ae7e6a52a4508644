"""What the team dashboard shows: every part of it from one look at the numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.attainment.metrics import (
    Attainment,
    Credit,
    Outcomes,
    attained,
    expected_to_date,
    merged,
    summed,
)
from analytics.attainment.reports.attainment import (
    Amounts,
    AttainmentBook,
    Bar,
    Slice,
    bars,
    by_stage,
    grouped,
    open_slices,
    total,
)
from analytics.attainment.reports.ledger import (
    Curves,
    Entry,
    Ledger,
    Pace,
    booking_curves,
    ledger_of,
    pace_of,
)
from analytics.context.reports import ReportView, one_state
from analytics.dashboards.reports.team_rows import (
    TeamRow,
    check_teams,
    closing_of,
    cycle_of,
    outcomes_of,
    team_rows,
)
from analytics.risk.metrics.attention import PersonStatus, person_prompts
from analytics.risk.reports.attention import Attention, attention
from kit.sql import read
from org.enums import Measure, SubjectKind
from org.metrics import ResolvedQuota, quotas_by_person, summed_targets
from org.reports.organisation import Roster, Seller, quota_book, roster_of
from pipeline.enums import Category

DAY = timedelta(days=1)
LAST_ACTIVITY = read("analytics/dashboards/sql/last_activity.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamReport:
    """The dashboard of a scope. ``total`` is the scope itself; the rows add up to it.

    ``unallocated`` is what the scope's own quota exceeds those of its people by, in cents:
    negative where more is given to people than the scope has. None where neither has a quota.
    ``teams`` are those directly below the scope, which add up to it too with the line of what
    lies outside of them; ``not_of_teams`` is to their quotas what ``unallocated`` is to people's.
    """

    report_view: ReportView
    attainment: Attainment
    pace: Pace
    total: TeamRow
    rows: Sequence[TeamRow]
    unallocated: int | None
    teams: Sequence[TeamRow]
    not_of_teams: int | None
    without_quota: int
    all_open: Amounts
    by_stage: Sequence[Bar]
    by_category: Sequence[Bar]
    curves: Curves
    attention: Attention

    def __post_init__(self) -> None:
        booked = sum(row.booked for row in self.rows)
        closing = sum((row.closing for row in self.rows), Amounts())
        outcomes = sum((row.outcomes for row in self.rows), Outcomes())
        quota = sum(row.quota or 0 for row in self.rows) + (self.unallocated or 0)
        check_teams(self.teams, self.total, self.not_of_teams)
        for name, found, wanted in (
            ("bookings", booked, self.attainment.actual),
            ("bookings by day", self.curves.current.whole, self.attainment.actual),
            ("quotas", quota, self.total.quota or 0),
            ("open deals", closing, self.total.closing),
            ("closed deals", outcomes, self.total.outcomes),
            ("stages", sum((bar.all for bar in self.by_stage), Amounts()), self.all_open),
            ("categories", sum((bar.all for bar in self.by_category), Amounts()), self.all_open),
        ):
            if found != wanted:
                raise ValueError(f"{name} add up to {found}, not to {wanted}")


@one_state()
def team_report(report_view: ReportView) -> TeamReport:
    """Return the dashboard of a look, in seven statements that see one state of the database.

    One more where credit is split.
    """
    ledger = ledger_of(report_view)
    books = _books(report_view, ledger)
    curves = booking_curves(report_view, ledger)
    slices = open_slices(report_view)
    whole = _scope_attainment(report_view, books)
    rows = _rows(report_view, books, slices)
    pace = pace_of(report_view, whole, curves)
    given = summed_targets(row.target for row in rows)
    owners = _shown_owners(books.people, slices)
    teams = team_rows(report_view, books.book, books.people, slices=slices)
    of_teams = summed_targets(row.target for row in teams)
    return TeamReport(
        report_view=report_view,
        attainment=whole,
        pace=pace,
        total=_total(report_view, whole, books, slices),
        rows=rows,
        unallocated=_difference(whole.target, given),
        teams=teams,
        not_of_teams=_difference(whole.target, of_teams) if teams else None,
        without_quota=sum(row.sells and row.target is None for row in rows),
        all_open=total(slices, lambda each: each.all),
        by_stage=bars(slices, by_stage(slices)),
        by_category=bars(slices, _category_key),
        curves=curves,
        attention=attention(
            report_view,
            people=person_prompts(_standings(report_view, rows, pace)),
            quota=whole.quota,
            owners=owners,
            undated=sum(each.undated for each in slices if each.owner in owners),
            gone={pk for pk in owners if books.people.people[pk].gone_by(report_view.day)},
        ),
    )


def _shown_owners(people: Roster, slices: Iterable[Slice]) -> set[int]:
    """Return the owners of open deals whom the viewer may see one by one."""
    return {each.owner for each in slices if people.people[each.owner].shown}


@dataclass(frozen=True, kw_only=True)
class _Books:
    """What the people of a scope booked, closed and owe."""

    people: Roster
    book: AttainmentBook
    targets: Mapping[int, ResolvedQuota]

    @property
    def rows(self) -> Sequence[Entry]:
        return self.book.rows


def _books(report_view: ReportView, ledger: Ledger) -> _Books:
    calendar, scope = report_view.calendar, report_view.scope
    people = roster_of(
        report_view.period,
        report_view.moment,
        calendar,
        viewer=report_view.viewer,
        last_activity=LAST_ACTIVITY,
        moment=report_view.moment,
    )
    span = calendar.span(report_view.period.pk)
    book = quota_book(
        Measure.BOOKINGS, [span], report_view.moment, calendar=calendar, people=people
    )
    return _Books(
        people=people,
        book=AttainmentBook(
            measure=Measure.BOOKINGS,
            period_id=report_view.period.pk,
            span=span,
            book=book,
            rows=ledger.entries(report_view.period.period, lost=True),
        ),
        targets=quotas_by_person(span, book, team=scope.team),
    )


def _scope_attainment(report_view: ReportView, books: _Books) -> Attainment:
    """Return the attainment of the scope; that of a group of people is the sum of theirs."""
    subject = report_view.scope.subject
    if subject.kind is not SubjectKind.BELOW:
        return books.book.attainment(subject)
    return attained(
        subject,
        measure=Measure.BOOKINGS,
        period_id=report_view.period.pk,
        target=summed_targets(
            books.targets[pk]
            for pk in report_view.scope.people or ()
            if _owes(report_view, books, pk)
        ),
        credits=merged(books.rows),
    )


def _rows(report_view: ReportView, books: _Books, slices: Sequence[Slice]) -> list[TeamRow]:
    """Return a line for each person who belongs to the scope or counts for it."""
    credits = {credit.person: credit for credit in merged(books.rows)}
    closing = {
        owner: closing_of(rows) for owner, rows in grouped(slices, lambda s: s.owner).items()
    }
    ended = grouped(books.rows, lambda row: row.person)
    there = _there(report_view, books.people)
    shown: list[TeamRow] = []
    hidden: list[TeamRow] = []
    for pk, seller in books.people.people.items():
        counts = pk in credits or pk in closing or _owes(report_view, books, pk)
        here = pk in there and (
            seller.active or books.people.team_on(pk, report_view.day) is not None
        )
        if not counts and not (here and seller.sells):
            continue
        row = TeamRow(
            report_view=report_view,
            person=pk,
            name=seller.name,
            left_on=_left_on(report_view, books.people, seller, there=pk in there),
            sells=seller.sells and here,
            credit=credits.get(pk, Credit(pk, 0, 0)),
            target=books.targets.get(pk) if _owes(report_view, books, pk) else None,
            closing=closing.get(pk, Amounts()),
            outcomes=outcomes_of(ended.get(pk, ())),
            cycle=cycle_of(ended.get(pk, ())),
            last_activity=seller.last_activity,
        )
        (shown if seller.shown else hidden).append(row)
    return [*shown, *_elsewhere(report_view, hidden, books.rows)]


def _elsewhere(
    report_view: ReportView, hidden: Sequence[TeamRow], rows: Sequence[Entry]
) -> list[TeamRow]:
    """Return one line for all whom the viewer may not see one by one, if there is anybody."""
    if not hidden:
        return []
    who = {row.person for row in hidden}
    return [
        TeamRow(
            report_view=report_view,
            name="",
            people=len(hidden),
            credit=summed(row.credit for row in hidden),
            target=summed_targets(row.target for row in hidden),
            closing=sum((row.closing for row in hidden), Amounts()),
            outcomes=sum((row.outcomes for row in hidden), Outcomes()),
            cycle=cycle_of(row for row in rows if row.person in who),
        )
    ]


def _total(
    report_view: ReportView, whole: Attainment, books: _Books, slices: Sequence[Slice]
) -> TeamRow:
    return TeamRow(
        report_view=report_view,
        whole=True,
        name=report_view.scope.label,
        credit=summed(whole.credits),
        target=whole.target,
        closing=closing_of(slices),
        outcomes=outcomes_of(books.rows),
        cycle=cycle_of(books.rows),
    )


def _standings(report_view: ReportView, rows: Iterable[TeamRow], pace: Pace) -> list[PersonStatus]:
    """Return how those who sell stand; what is expected of each is at the scope's usual pace."""
    return [
        PersonStatus(
            person=row.person,
            quota=row.quota,
            actual=row.booked,
            expected=expected_to_date(row.quota, pace.seasonal_share),
            quiet_days=report_view.days_since(row.last_activity),
        )
        for row in rows
        if row.person is not None and row.sells
    ]


def _there(report_view: ReportView, people: Roster) -> Collection[int]:
    """Return who belongs to the scope on the day that is selected."""
    if report_view.scope.people is not None:
        return report_view.scope.people
    if report_view.scope.team is None:
        return set(people.people)
    return people.in_teams(report_view.scope.inside(report_view.day), report_view.day)


def _owes(report_view: ReportView, books: _Books, pk: int) -> bool:
    """Whether the person's quota is part of the scope's."""
    return pk in books.targets and report_view.scope.owes(books.people.people[pk], report_view.day)


def _left_on(
    report_view: ReportView, people: Roster, seller: Seller, *, there: bool
) -> date | None:
    """Return the first day on which the person no longer belonged to the scope."""
    if report_view.scope.team is None:
        return seller.left_on if seller.gone_by(report_view.day) else None
    if there:
        return None
    ends = {stay.until for stay in seller.stays if stay.until is not None}
    if report_view.scope.tree:
        ends |= set(
            report_view.scope.tree.starts(report_view.period.period.start, report_view.day + DAY)
        )
    left = [
        day
        for day in ends
        if people.team_on(seller.pk, day - DAY) in report_view.scope.inside(day - DAY)
    ]
    return max(left, default=None)


def _difference(whole: ResolvedQuota | None, given: ResolvedQuota | None) -> int | None:
    if whole is None and given is None:
        return None
    return (whole.amount if whole else 0) - (given.amount if given else 0)


def _category_key(each: Slice) -> tuple[int, str, str]:
    order = list(Category)
    return order.index(Category(each.category)), each.category, each.category
