"""Attainment: one function for the pages, the API and the nightly job."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Round

from analytics.attainment.metrics import Attainment, Credit, attained, merged
from analytics.attainment.reports.ledger import Entry, Ledger, counted
from analytics.context.reports import OrganisationCalendar, ReportView, organisation_calendar
from kit.money import cents
from kit.periods import Period
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
    all: Amounts
    closing: Amounts
    undated: int = 0
    pipeline: int = 0
    pipeline_name: str = ""
    pipeline_order: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """The open deals of one stage or category."""

    key: int | str
    label: str
    all: Amounts
    closing: Amounts


OF_THE_STAGE = (
    "stage__name",
    "stage__order",
    "stage__pipeline",
    "stage__pipeline__name",
    "stage__pipeline__order",
)


def open_slices(report_view: ReportView) -> Sequence[Slice]:
    """Return the open pipeline of a report view.

    The weight is the stage's probability of the time, rounded half up to the cent for each deal
    (PostgreSQL rounds numeric halves away from zero) and then added up.
    """
    period = report_view.period.period
    closing = Q(expected_close_on__gte=period.start, expected_close_on__lt=period.end)
    rows = report_view.versions(report_view.open).values(
        "owner", "stage", "category", *OF_THE_STAGE
    )
    undated = Count("owner", filter=Q(expected_close_on__isnull=True))
    rows = rows.annotate(
        **_amounts("all"), **_amounts("closing", closing), undated=undated
    ).order_by()
    return [_slice(row) for row in rows]


def amounts_of(rows: DealVersionQuerySet) -> Amounts:
    """Return what these open deals add up to."""
    return _read(rows.aggregate(**_amounts("all")), "all")


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


def _amounts(name: str, which: Q | None = None) -> dict[str, Any]:
    weight = ExpressionWrapper(
        F("amount_base") * F("probability") / Value(Decimal(100)),
        output_field=DecimalField(max_digits=20, decimal_places=6),
    )
    unpriced = Q(amount_base__isnull=True)
    return {
        f"{name}_deals": Count("owner", filter=which),
        f"{name}_amount": Sum("amount_base", filter=which),
        f"{name}_weighted": Sum(Round(weight, precision=2), filter=which),
        f"{name}_unpriced": Count("owner", filter=unpriced & which if which else unpriced),
    }


def _slice(row: dict) -> Slice:
    return Slice(
        owner=row["owner"],
        stage=row["stage"],
        stage_name=row["stage__name"],
        stage_order=row["stage__order"],
        category=row["category"],
        all=_read(row, "all"),
        closing=_read(row, "closing"),
        undated=row["undated"],
        pipeline=row["stage__pipeline"],
        pipeline_name=row["stage__pipeline__name"],
        pipeline_order=row["stage__pipeline__order"],
    )


def _read(row: dict, name: str) -> Amounts:
    return Amounts(
        deals=row[f"{name}_deals"],
        cents=cents(row[f"{name}_amount"] or Decimal(0)),
        weighted=cents(row[f"{name}_weighted"] or Decimal(0)),
        unpriced=row[f"{name}_unpriced"],
    )
