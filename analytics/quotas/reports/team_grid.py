"""The grid of a team: its own targets, its members', and what the teams inside it come to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from analytics.quotas.reports.shapes import Cell, Grid, Ground, Row, Sum, exact
from org import rules
from org.enums import SubjectKind
from org.metrics.quotas import Placed, Subject, Target, carried, own_quota, summed_targets
from org.models.teams import Team

Teams = Callable[[date], frozenset[int]]


def team_grid(ground: Ground, team: int) -> Grid:
    """A team's own targets, its members', and what the teams inside it come to."""
    placed = ground.placed()
    tree, year = ground.calendar.teams, ground.year.period
    inside = partial(tree.inside, team)
    children = [
        pk for pk in ground.calendar.team_names if pk in tree.children(team, year.start, year.end)
    ]
    subject = Subject(SubjectKind.TEAM, team)
    head = Row(
        subject=subject,
        name=f"{ground.calendar.team_names[team]} as a team",
        cells=_own_cells(ground, subject, _may_set_team(ground, team)),
    )
    members = [_member(ground, pk, team, placed) for pk in _members(ground, team)]
    rows = [*members, *_unseen(ground, team, placed)]
    rows += [_child(ground, child, inside, placed) for child in children]
    together = [_carried(ground, inside, each) for each in placed]
    spans = [ground.calendar.span(column.period.pk) for column in ground.columns]
    own = [ground.units(own_quota(subject, span, ground.book)) for span in spans]
    sums = [
        Sum(label="People together", values=together),
        Sum(label="People together less the team", values=_less(together, own)),
    ]
    return ground.grid(rows, sums, head=[head])


def _may_set_team(ground: Ground, team: int) -> bool:
    return rules.can_set_quota_of_team(ground.viewer, Team(pk=team))


def _own_cells(ground: Ground, subject: Subject, may_set: bool) -> list[Cell]:  # noqa: FBT001 -- a plain fact
    name = ground.calendar.team_names[subject.pk]
    cells = []
    for column in ground.columns:
        target = own_quota(subject, ground.calendar.span(column.period.pk), ground.book)
        if not column.is_total:
            target = exact(ground, subject, column)
        cell = ground.cell(subject, name, column, target)
        cells.append(replace(cell, is_input=may_set and not column.is_total))
    return cells


def _members(ground: Ground, team: int) -> list[int]:
    """Return who was, is or will be in the team in this year and may be seen by the viewer."""
    having = ground.book.people()
    return [
        pk
        for pk, person in ground.people.people.items()
        if pk in ground.led
        and (person.active or pk in having)
        and any(seat.team == team for seat in person.seats)
    ]


def _member(ground: Ground, pk: int, team: int, placed: list[Placed]) -> Row:
    subject, person = Subject(SubjectKind.PERSON, pk), ground.people.people[pk]
    cells = []
    for column, each in zip(ground.columns, placed, strict=True):
        if column.is_total:
            part = _by_team(each, team).get(pk)
            cells.append(ground.cell(subject, person.name, column, part))
            continue
        day = min(column.period.period.last_day, ground.book.as_of)
        there = ground.people.counted_on(pk, day)
        cell = ground.cell(subject, person.name, column, exact(ground, subject, column))
        note = "" if there == team else _elsewhere(ground, there)
        may = there == team and ground.may_set(pk)
        cells.append(replace(cell, is_input=may, note=note))
    return Row(subject=subject, name=person.name, cells=cells)


def _elsewhere(ground: Ground, team: int | None) -> str:
    return f"Counts for {ground.calendar.team_names[team]}" if team else "In no team then"


def _unseen(ground: Ground, team: int, placed: list[Placed]) -> list[Row]:
    """Return one line for members whose numbers the viewer may not see, where there are any."""
    by_column = [_by_team(each, team) for each in placed]
    hidden = {pk for each in by_column for pk in each} - ground.led
    if not hidden:
        return []
    values = [
        summed_targets(target for pk, target in each.items() if pk in hidden) for each in by_column
    ]
    nobody = Subject(SubjectKind.EVERYONE)
    one = len(hidden) == 1
    name = f"{'1 person who does' if one else f'{len(hidden)} people who do'} not report to you"
    cells = [
        ground.cell(nobody, name, column, value)
        for column, value in zip(ground.columns, values, strict=True)
    ]
    return [Row(subject=nobody, name=name, cells=cells)]


def _child(ground: Ground, team: int, around: Teams, placed: list[Placed]) -> Row:
    """Return what a team inside carries, of the days on which it lay in the one ``around`` it."""

    def inside(day: date) -> frozenset[int]:
        return ground.calendar.teams.inside(team, day) & around(day)

    subject, name = Subject(SubjectKind.TEAM, team), f"{ground.calendar.team_names[team]}'s people"
    cells = [
        Cell(
            subject=subject,
            column=column,
            label=f"{name}, {column.period.period.label}",
            value=_carried(ground, inside, each),
        )
        for column, each in zip(ground.columns, placed, strict=True)
    ]
    return Row(subject=subject, name=name, cells=cells, group=str(team))


def _carried(ground: Ground, teams: Teams, placed: Placed) -> Decimal | None:
    return ground.units(summed_targets(carried(placed, teams).values()))


def _by_team(placed: Placed, team: int) -> dict[int, Target]:
    """Return what the team's own people carry for it."""
    return carried(placed, lambda _: {team})


def _less(
    values: Sequence[Decimal | None], others: Sequence[Decimal | None]
) -> list[Decimal | None]:
    return [
        None if value is None or other is None else value - other
        for value, other in zip(values, others, strict=True)
    ]
