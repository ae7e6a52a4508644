"""What every grid of quotas is built from: its shapes, its columns, the targets as they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Literal

from kit.money import cents, from_cents
from org import rules
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import (
    Placed,
    QuotaBook,
    ResolvedQuota,
    Subject,
    carried,
    own_quota,
    placed_quotas,
    summed_targets,
)
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.reports.organisation import (
    FiscalCalendar,
    NamedPeriod,
    Roster,
    around,
    fiscal_calendar,
    quota_book,
    roster,
)

MINE, BELOW, NOBODYS, TERRITORIES = "me", "below", "none", "territories"
ROWS_A_PAGE = 60
Unit = Literal["money", "money_exact", "count"]
Drafts = Mapping[tuple[Subject, int], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridQuery:
    """Which grid: a fiscal year's id, a measure, the kind of period typed, and whose rows.

    ``group`` is a team's id, or one of MINE, BELOW, NOBODYS and TERRITORIES.
    """

    year: int
    measure: Measure
    kind: PeriodKind
    group: str
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaColumn:
    """A period of the grid; a total adds up periods that stand before it."""

    period: NamedPeriod
    is_total: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCell:
    """A target in a period, in units or cases. ``is_input`` where the viewer may type one."""

    subject: Subject
    column: QuotaColumn
    label: str
    value: Decimal | None
    is_input: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        """The name of the input."""
        return f"{self.subject.kind}-{self.subject.pk}-{self.column.period.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaGridRow:
    """A subject's cells. ``group`` opens the grid of a team that stands inside this one."""

    subject: Subject
    name: str
    cells: list[QuotaCell]
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSum:
    """A line of sums below the rows."""

    label: str
    values: list[Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaGrid:
    """What the page shows. ``seen`` is the id of the newest version that concerns the viewer."""

    columns: list[QuotaColumn]
    rows: list[QuotaGridRow]
    sums: list[QuotaSum]
    seen: int
    pages: int
    unit: Unit

    @property
    def inputs(self) -> list[QuotaCell]:
        return [cell for row in self.rows for cell in row.cells if cell.is_input]


def unit_of(measure: Measure, values: Iterable[Decimal | None]) -> Unit:
    """Say how the values of a page read: cents are shown where one of them has some."""
    if measure != Measure.BOOKINGS:
        return "count"
    known = (value for value in values if value is not None)
    return "money" if all(value == value.to_integral_value() for value in known) else "money_exact"


@dataclass(frozen=True)
class GridInputs:
    """Everything that the builders of rows need."""

    viewer: Person
    query: GridQuery
    calendar: FiscalCalendar
    people: Roster
    book: QuotaBook
    columns: list[QuotaColumn]
    seen: int

    @property
    def year(self) -> NamedPeriod:
        return self.calendar.named(self.query.year)

    @cached_property
    def led(self) -> set[int]:
        """The people whose numbers the viewer may see."""
        return set(Person.objects.led_by(self.viewer).values_list("pk", flat=True))

    def may_set(self, person: int) -> bool:
        """Return what rules.can_set_quota_of returns, for all people at once."""
        return person != self.viewer.pk and person in self.led and rules.can_set_quotas(self.viewer)

    def units(self, target: ResolvedQuota | None) -> Decimal | None:
        if target is None:
            return None
        return self.amount(target.amount)

    def amount(self, amount: int) -> Decimal:
        is_money = self.query.measure == Measure.BOOKINGS
        return from_cents(amount) if is_money else Decimal(amount)

    def cell(
        self, subject: Subject, name: str, column: QuotaColumn, value: ResolvedQuota | None
    ) -> QuotaCell:
        """Return a cell; a total that is set as such, and not added up, says so."""
        label = f"{name}, {column.period.period.label}"
        note = ""
        if column.is_total and (subject, column.period.pk) in self.book.rows:
            note = f"Set for {column.period.period.label} as a whole"
        return QuotaCell(
            subject=subject, column=column, label=label, value=self.units(value), note=note
        )

    def placed(self) -> list[Placed]:
        """Return, for each column, what part of whose quota each team carries."""
        spans = [self.calendar.span(column.period.pk) for column in self.columns]
        return [placed_quotas(span, self.book) for span in spans]

    def grid(
        self,
        rows: Sequence[QuotaGridRow],
        sums: list[QuotaSum],
        *,
        head: Sequence[QuotaGridRow] = (),
    ) -> QuotaGrid:
        start = (self.query.page - 1) * ROWS_A_PAGE
        return QuotaGrid(
            columns=self.columns,
            rows=[*head, *rows[start : start + ROWS_A_PAGE]],
            sums=sums,
            seen=self.seen,
            pages=max(1, -(-len(rows) // ROWS_A_PAGE)),
            unit=unit_of(
                self.query.measure,
                [
                    *(cell.value for row in [*head, *rows] for cell in row.cells),
                    *(value for line in sums for value in line.values),
                ],
            ),
        )


def grid_inputs(viewer: Person, query: GridQuery, now: datetime, drafts: Drafts) -> GridInputs:
    # Without those that a slower clock calls later: the page does not show them.
    shown = Quota.objects.of_people_seen_by(viewer).filter(set_at__lte=now)
    seen = shown.order_by("-pk").values_list("pk", flat=True).first() or 0
    calendar = fiscal_calendar()
    year = calendar.named(query.year)
    people = roster(around(year.period, calendar.day(now)))
    span = calendar.span(year.pk)
    book = quota_book(query.measure, [span], now, calendar=calendar, people=people)
    is_money = query.measure == Measure.BOOKINGS
    rows = dict(book.rows)
    for key, target in drafts.items():
        rows.pop(key, None)
        if target is not None:
            rows[key] = cents(target) if is_money else int(target)
    columns = grid_columns(calendar, year, query.kind)
    return GridInputs(viewer, query, calendar, people, replace(book, rows=rows), columns, seen)


def grid_columns(
    calendar: FiscalCalendar, year: NamedPeriod, kind: PeriodKind
) -> list[QuotaColumn]:
    """Return the periods of a kind in a year, each quarter and the year followed by its total."""
    if kind == PeriodKind.YEAR:
        return [QuotaColumn(period=year, is_total=False)]
    found = []
    for quarter in _parts(calendar, year):
        if kind == PeriodKind.MONTH:
            found += [QuotaColumn(period=p, is_total=False) for p in _parts(calendar, quarter)]
        found.append(QuotaColumn(period=quarter, is_total=kind == PeriodKind.MONTH))
    return [*found, QuotaColumn(period=year, is_total=True)]


def _parts(calendar: FiscalCalendar, period: NamedPeriod) -> list[NamedPeriod]:
    return [part for part in calendar.periods if part.parent == period.pk]


def exact(inputs: GridInputs, subject: Subject, column: QuotaColumn) -> ResolvedQuota | None:
    amount = inputs.book.rows.get((subject, column.period.pk))
    return None if amount is None else ResolvedQuota(amount)


def added(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


Teams = Callable[[date], frozenset[int]]


def team_grid(inputs: GridInputs, team: int) -> QuotaGrid:
    """A team's own targets, its members', and what the teams inside it come to."""
    placed = inputs.placed()
    tree, year = inputs.calendar.teams, inputs.year.period
    inside = partial(tree.inside, team)
    children = [
        pk for pk in inputs.calendar.team_names if pk in tree.children(team, year.start, year.end)
    ]
    subject = Subject(SubjectKind.TEAM, team)
    name = inputs.calendar.team_names[team]
    may_set = rules.can_set_quota_of_team(inputs.viewer, Team(pk=team))
    head = QuotaGridRow(
        subject=subject,
        name=f"{name} as a team",
        cells=own_cells(inputs, subject, name, may_set=may_set),
    )
    members = [_member(inputs, pk, team, placed) for pk in _members(inputs, team)]
    rows = [*members, *_unseen(inputs, team, placed)]
    rows += [_child(inputs, child, inside, placed) for child in children]
    together = [_carried(inputs, inside, each) for each in placed]
    spans = [inputs.calendar.span(column.period.pk) for column in inputs.columns]
    own = [inputs.units(own_quota(subject, span, inputs.book)) for span in spans]
    sums = [
        QuotaSum(label="People together", values=together),
        QuotaSum(label="People together less the team", values=_less(together, own)),
    ]
    return inputs.grid(rows, sums, head=[head])


def own_cells(inputs: GridInputs, subject: Subject, name: str, *, may_set: bool) -> list[QuotaCell]:
    """Return what is set for the subject itself; a total adds up what is set for its parts."""
    cells = []
    for column in inputs.columns:
        target = own_quota(subject, inputs.calendar.span(column.period.pk), inputs.book)
        if not column.is_total:
            target = exact(inputs, subject, column)
        cell = inputs.cell(subject, name, column, target)
        cells.append(replace(cell, is_input=may_set and not column.is_total))
    return cells


def _members(inputs: GridInputs, team: int) -> list[int]:
    """Return who was, is or will be in the team in this year and may be seen by the viewer."""
    having = inputs.book.people()
    return [
        pk
        for pk, person in inputs.people.people.items()
        if pk in inputs.led
        and (person.active or pk in having)
        and any(stay.team == team for stay in person.stays)
    ]


def _member(inputs: GridInputs, pk: int, team: int, placed: list[Placed]) -> QuotaGridRow:
    subject, person = Subject(SubjectKind.PERSON, pk), inputs.people.people[pk]
    cells = []
    for column, each in zip(inputs.columns, placed, strict=True):
        if column.is_total:
            part = _by_team(each, team).get(pk)
            cells.append(inputs.cell(subject, person.name, column, part))
            continue
        day = min(column.period.period.last_day, inputs.book.as_of)
        there = inputs.people.counted_on(pk, day)
        cell = inputs.cell(subject, person.name, column, exact(inputs, subject, column))
        note = "" if there == team else _elsewhere(inputs, there)
        may = there == team and inputs.may_set(pk)
        cells.append(replace(cell, is_input=may, note=note))
    return QuotaGridRow(subject=subject, name=person.name, cells=cells)


def _elsewhere(inputs: GridInputs, team: int | None) -> str:
    return f"Counts for {inputs.calendar.team_names[team]}" if team else "In no team then"


def _unseen(inputs: GridInputs, team: int, placed: list[Placed]) -> list[QuotaGridRow]:
    """Return one line for members whose numbers the viewer may not see, where there are any."""
    by_column = [_by_team(each, team) for each in placed]
    hidden = {pk for each in by_column for pk in each} - inputs.led
    if not hidden:
        return []
    values = [
        summed_targets(target for pk, target in each.items() if pk in hidden) for each in by_column
    ]
    nobody = Subject(SubjectKind.EVERYONE)
    one = len(hidden) == 1
    name = f"{'1 person who does' if one else f'{len(hidden)} people who do'} not report to you"
    cells = [
        inputs.cell(nobody, name, column, value)
        for column, value in zip(inputs.columns, values, strict=True)
    ]
    return [QuotaGridRow(subject=nobody, name=name, cells=cells)]


def _child(inputs: GridInputs, team: int, around: Teams, placed: list[Placed]) -> QuotaGridRow:
    """Return what a team inside carries, of the days on which it lay in the one ``around`` it."""

    def inside(day: date) -> frozenset[int]:
        return inputs.calendar.teams.inside(team, day) & around(day)

    subject, name = Subject(SubjectKind.TEAM, team), f"{inputs.calendar.team_names[team]}'s people"
    cells = [
        QuotaCell(
            subject=subject,
            column=column,
            label=f"{name}, {column.period.period.label}",
            value=_carried(inputs, inside, each),
        )
        for column, each in zip(inputs.columns, placed, strict=True)
    ]
    return QuotaGridRow(subject=subject, name=name, cells=cells, group=str(team))


def _carried(inputs: GridInputs, teams: Teams, placed: Placed) -> Decimal | None:
    return inputs.units(summed_targets(carried(placed, teams).values()))


def _by_team(placed: Placed, team: int) -> dict[int, ResolvedQuota]:
    """Return what the team's own people carry for it."""
    return carried(placed, lambda _: {team})


def _less(
    values: Sequence[Decimal | None], others: Sequence[Decimal | None]
) -> list[Decimal | None]:
    return [
        None if value is None or other is None else value - other
        for value, other in zip(values, others, strict=True)
    ]
