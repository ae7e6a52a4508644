"""Attainment: one function for the pages, the API and the nightly job."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from analytics.attainment.metrics.attainment import Attainment, Credit, attained, merged
from analytics.attainment.reports.counts import counted
from analytics.attainment.reports.ledger import Entry, Ledger
from analytics.context.reports.organisation_calendar import (
    Fiscal,
    OrganisationCalendar,
    around,
    organisation_calendar,
)
from analytics.context.reports.roster import Roster, roster
from kit.money import cents
from kit.periods import Period
from org.enums import Measure, SubjectKind
from org.metrics.quotas import (
    FiscalSpan,
    Placed,
    QuotaBook,
    ResolvedQuota,
    Subject,
    placed_quotas,
    resolved_quota,
)
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory
from pipeline.deals.reports.selection import NOWHERE

EVERYONE = Subject(SubjectKind.EVERYONE)
BY_TERRITORY = frozenset({Measure.BOOKINGS, Measure.DEALS_WON})


def subject_of(row: Person | Team | Territory) -> Subject:
    """Return the subject that a row is."""
    kinds = {Person: SubjectKind.PERSON, Team: SubjectKind.TEAM, Territory: SubjectKind.TERRITORY}
    return Subject(kinds[type(row)], row.pk)


def attainment(
    subjects: Sequence[Subject],
    *,
    period: Fiscal,
    measure: Measure,
    as_of: datetime,
    calendar: OrganisationCalendar | None = None,
    people: Roster | None = None,
) -> list[Attainment]:
    """Return the attainment of each subject, in their order, as it was at ``as_of``.

    Bookings are exact cents, other measures numbers; never capped. Deals, teams of the time and
    quotas are those of ``as_of``: a quota set or a deal edited later changes nothing. A team has
    the credits of its own members and those of all teams that lay in it on the day, each deal
    once, so that its actual is the sum of its people's. Territories, with all below them, have
    bookings and deals won; ValueError for another measure; NOWHERE is a territory for what lay in
    none. The number of statements does not depend on how many subjects there are. ``calendar``
    and ``people`` (see ``roster_of``) are read where not given.
    """
    calendar = calendar or organisation_calendar()
    people = people or roster_of(period, as_of, calendar)
    span = calendar.span(period.pk)
    book = quota_book(measure, [span], as_of, calendar=calendar, people=people)
    who = credited_people(subjects, calendar=calendar, people=people)
    territorial = any(subject.kind is SubjectKind.TERRITORY for subject in subjects)
    if territorial and measure not in BY_TERRITORY:
        raise ValueError(f"{measure} is not counted by territory")
    days = period.period
    if measure in BY_TERRITORY:
        ledger = Ledger(days, as_of, calendar, people=None if territorial else who)
        split = measure == Measure.BOOKINGS
        rows = ledger.entries(split=split) if who != set() else []
        by_territory = ledger.entries(by="territory", split=split) if territorial else []
        if measure == Measure.DEALS_WON:
            rows, by_territory = _cases(rows), _cases(by_territory)
    else:
        rows = counted(measure, days, moment=as_of, calendar=calendar, people=who)
        by_territory = []
    found = AttainmentBook(
        measure=measure,
        period_id=period.pk,
        span=span,
        book=book,
        rows=rows,
        by_territory=by_territory,
    )
    return [found.attainment(subject) for subject in subjects]


def quotas(
    subject: Subject, periods: Sequence[Fiscal], *, as_of: datetime
) -> dict[int, ResolvedQuota | None]:
    """Return a subject's quota for each period, by its id, as ``attainment`` has it.

    The number of statements does not depend on how many periods there are.
    """
    if not periods:
        return {}
    calendar, people = calendar_and_people(periods, as_of)
    spans = [calendar.span(row.pk) for row in periods]
    book = quota_book(Measure.BOOKINGS, spans, as_of, calendar=calendar, people=people)
    return {span.pk: resolved_quota(subject, span, book) for span in spans}


@dataclass(frozen=True, kw_only=True)
class AttainmentBook:
    """All that attainments of one measure, period and moment are made of."""

    measure: Measure
    period_id: int
    span: FiscalSpan
    book: QuotaBook
    rows: Sequence[Entry]
    by_territory: Sequence[Entry] = field(default_factory=list)

    def attainment(self, subject: Subject) -> Attainment:
        """Return the attainment of a person, team, territory or of everyone."""
        return attained(
            subject,
            measure=self.measure,
            period_id=self.period_id,
            target=resolved_quota(subject, self.span, self.book, placed=self._placed),
            credits=merged(self._credits(subject)),
        )

    def _credits(self, subject: Subject) -> Iterable[Credit]:
        if subject.kind is SubjectKind.PERSON:
            return self._by_person.get(subject.pk, ())
        if subject.kind is SubjectKind.EVERYONE:
            return self.rows
        territorial = subject.kind is SubjectKind.TERRITORY
        tree = self.book.territories if territorial else self.book.teams
        rows = self.by_territory if territorial else self.rows
        return (
            row
            for row in rows
            if ((row.territory if territorial else row.team) or NOWHERE)
            in tree.inside(subject.pk, row.day)
        )

    @cached_property
    def _placed(self) -> Placed:
        return placed_quotas(self.span, self.book)

    @cached_property
    def _by_person(self) -> dict[int, list[Credit]]:
        found: dict[int, list[Credit]] = {}
        for row in self.rows:
            found.setdefault(row.person, []).append(row)
        return found


def _cases(rows: Iterable[Entry]) -> list[Entry]:
    """Return the deals won in place of what they came to."""
    return [replace(row, actual=row.cases, unpriced=0) for row in rows]


def roster_of(
    period: Fiscal, as_of: datetime, calendar: OrganisationCalendar, *, viewer: Person | None = None
) -> Roster:
    """Read the people with their seats of the period and of the as-of day."""
    return roster(around(period.period, calendar.day(as_of)), moment=as_of, viewer=viewer)


def calendar_and_people(
    periods: Sequence[Fiscal], as_of: datetime
) -> tuple[OrganisationCalendar, Roster]:
    """Read once what ``attainment`` needs to know for any of these periods."""
    calendar = organisation_calendar()
    spans = [row.period for row in periods]
    whole = Period(min(span.start for span in spans), max(span.end for span in spans))
    return calendar, roster(around(whole, calendar.day(as_of)), moment=as_of)


def quota_book(
    measure: Measure,
    spans: Iterable[FiscalSpan],
    as_of: datetime,
    *,
    calendar: OrganisationCalendar,
    people: Roster,
) -> QuotaBook:
    """Read the quotas of a measure for periods and their parts as they were at ``as_of``."""
    ids = {pk for span in spans for pk in span.ids()}
    rows = Quota.objects.filter(measure=measure, period__in=ids).as_of(as_of)
    amounts: dict[tuple[Subject, int], int] = {}
    for row in rows.values_list("person", "team", "territory", "period", "target"):
        *ids, period, target = row
        if target is not None:
            amount = cents(target) if measure == Measure.BOOKINGS else int(target)
            amounts[_subject(*ids), period] = amount
    return QuotaBook(
        rows=amounts,
        teams=calendar.teams,
        team_on=people.counted_on,
        as_of=calendar.day(as_of),
        territories=calendar.territories,
    )


def credited_people(
    subjects: Sequence[Subject], *, calendar: OrganisationCalendar, people: Roster
) -> set[int] | None:
    """Return everybody who can have a credit that counts for these subjects; None for all."""
    if any(subject.kind is SubjectKind.EVERYONE for subject in subjects):
        return None
    wanted = {subject.pk for subject in subjects if subject.kind is SubjectKind.PERSON}
    roots = {subject.pk for subject in subjects if subject.kind is SubjectKind.TEAM}
    inside = frozenset().union(*map(calendar.teams.ever_inside, roots))
    return wanted | {
        pk
        for pk, person in people.people.items()
        if any(stay.team in inside for stay in person.stays)
    }


def _subject(person: int | None, team: int | None, territory: int | None) -> Subject:
    if person is not None:
        return Subject(SubjectKind.PERSON, person)
    if team is not None:
        return Subject(SubjectKind.TEAM, team)
    return Subject(SubjectKind.TERRITORY, territory or 0)
