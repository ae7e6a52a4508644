"""The grid of a team: its own targets, its members', and what the teams inside it come to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from analytics.quotas.reports.shapes import (
    GridInputs,
    QuotaCell,
    QuotaGrid,
    QuotaGridRow,
    QuotaSum,
    exact,
)
from org import rules
from org.enums import SubjectKind
from org.metrics.quotas import Placed, ResolvedQuota, Subject, carried, own_quota, summed_targets
from org.models.teams import Team

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
    head = QuotaGridRow(
        subject=subject,
        name=f"{inputs.calendar.team_names[team]} as a team",
        cells=_own_cells(inputs, subject, _may_set_team(inputs, team)),
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


def _may_set_team(inputs: GridInputs, team: int) -> bool:
    return rules.can_set_quota_of_team(inputs.viewer, Team(pk=team))


def _own_cells(inputs: GridInputs, subject: Subject, may_set: bool) -> list[QuotaCell]:  # noqa: FBT001 -- a plain fact
    name = inputs.calendar.team_names[subject.pk]
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
