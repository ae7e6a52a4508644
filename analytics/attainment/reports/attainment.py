"""Attainment: one function for the pages, the API and the nightly job."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from analytics.attainment.metrics import Attainment, Credit, attained, merged
from analytics.attainment.reports.ledger import Entry, Ledger, counted
from analytics.context.reports import OrganisationCalendar, ReportView, organisation_calendar
from kit.periods import Period
from kit.sql import fetch, named, read
from org.enums import Measure, SubjectKind
from org.metrics import (
    FiscalSpan,
    Placed,
    QuotaBook,
    ResolvedQuota,
    Subject,
    placed_quotas,
    resolved_quota,
)
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from org.reports.organisation import Fiscal, Roster, around, quota_book, roster, roster_of
from pipeline.deals.querysets import DealVersionQuerySet
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


def calendar_and_people(
    periods: Sequence[Fiscal], as_of: datetime
) -> tuple[OrganisationCalendar, Roster]:
    """Read once what ``attainment`` needs to know for any of these periods."""
    calendar = organisation_calendar()
    spans = [row.period for row in periods]
    whole = Period(min(span.start for span in spans), max(span.end for span in spans))
    return calendar, roster(around(whole, calendar.day(as_of)))


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


Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Open deals: how many, their cents, cents x probability, and how many have no amount."""

    deals: int = 0
    cents: int = 0
    weighted: int = 0
    unpriced: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.deals + other.deals,
            self.cents + other.cents,
            self.weighted + other.weighted,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """The open deals of one owner in one stage and category; ``closing`` those of the period.

    ``undated`` of them have no close date.
    """

    owner: int
    stage: int
    stage_name: str
    stage_order: int
    category: str
    undated: int
    pipeline: int
    pipeline_name: str
    pipeline_order: int
    all: Amounts
    closing: Amounts


@dataclass(frozen=True, slots=True)
class Bar:
    """The open deals of one stage or category."""

    key: int | str
    label: str
    all: Amounts
    closing: Amounts


def open_slices(report_view: ReportView) -> list[Slice]:
    """Return the open pipeline of a report view."""
    return _slices(report_view.versions(report_view.open), report_view.period.period)


def amounts_of(rows: DealVersionQuerySet) -> Amounts:
    """Return what these open deals add up to."""
    return total(_slices(rows, None), lambda each: each.all)


def _slices(rows: DealVersionQuerySet, period: Period | None) -> list[Slice]:
    """Return what versions add up to; ``closing`` in none of them without a period."""
    versions, values = named(rows.order_by().values(*SLICED))
    days = {"start": period and period.start, "end": period and period.end}
    return [
        Slice(*[*sliced, Amounts(*amounts[:4]), Amounts(*amounts[4:])])
        for *sliced, amounts in fetch(OPEN_SLICES.format(versions=versions), values | days)
    ]


OPEN_SLICES = read("analytics/attainment/sql/open_slices.sql")
SLICED = (
    "pk",  # So that distinct rows stay as many as they are.
    "owner_id",
    "stage_id",
    "category",
    "expected_close_on",
    "amount_base",
    "probability",
)


def total(slices: Iterable[Slice], part: Callable[[Slice], Amounts]) -> Amounts:
    """Return the sum of a part of the slices."""
    return sum((part(each) for each in slices), Amounts())


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return the rows by ``key``."""
    found: dict[Key, list[Row]] = {}
    for each in rows:
        found.setdefault(key(each), []).append(each)
    return found


def bars(slices: Iterable[Slice], key: Callable[[Slice], tuple[Any, int | str, str]]) -> list[Bar]:
    """Return one bar for each ``key``: (place in the order, id, label)."""
    return [
        Bar(pk, label, total(inside, lambda s: s.all), total(inside, lambda s: s.closing))
        for (_, pk, label), inside in sorted(grouped(slices, key).items())
    ]


def by_stage(slices: Iterable[Slice]) -> Callable[[Slice], tuple[Any, int, str]]:
    """Return the key by which ``bars`` puts slices in the order of their stages.

    The stages of a pipeline stand together, and are called by it where there are several: places
    of two pipelines say nothing of each other.
    """
    several = len({each.pipeline for each in slices}) > 1

    def key(each: Slice) -> tuple[Any, int, str]:
        place = (each.pipeline_order, each.pipeline, each.stage_order)
        label = f"{each.pipeline_name}: {each.stage_name}" if several else each.stage_name
        return place, each.stage, label

    return key
