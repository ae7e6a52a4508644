"""The quotas of a fiscal year as a grid: who shall reach what in which period, and the sums."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from analytics.quotas.reports.shapes import (
    BELOW,
    MINE,
    TERRITORIES,
    Drafts,
    GridInputs,
    GridQuery,
    QuotaCell,
    QuotaColumn,
    QuotaGrid,
    QuotaGridRow,
    QuotaSum,
    added,
    exact,
    grid_inputs,
)
from analytics.quotas.reports.team_grid import team_grid
from org import rules
from org.enums import SubjectKind
from org.metrics.quotas import QuotaBook, ResolvedQuota, Subject, own_quota, resolved_quota
from org.models.people import Person
from org.models.territories import Territory


def quota_grid(
    viewer: Person, query: GridQuery, *, now: datetime, drafts: Drafts | None = None
) -> QuotaGrid:
    """Return the grid as of ``now``, with ``drafts`` in place of what is stored.

    Sums follow ``org.metrics.quotas``: a quarter or year that has a target of its own shows
    that, else the sum of its parts; a person's target counts for the team that they are in on
    the last day of its period, or today if that is earlier.
    """
    inputs = grid_inputs(viewer, query, now, drafts or {})
    if query.group.isdecimal():
        return team_grid(inputs, int(query.group))
    if query.group == TERRITORIES:
        return _territory_grid(inputs)
    return _people_grid(inputs)


def _people_grid(inputs: GridInputs) -> QuotaGrid:
    """The viewer's own row, everybody below the viewer, or people who are in no team today."""
    rows = [
        QuotaGridRow(
            subject=Subject(SubjectKind.PERSON, pk),
            name=inputs.people.people[pk].name,
            cells=_whole_cells(inputs, Subject(SubjectKind.PERSON, pk)),
        )
        for pk in _people(inputs)
    ]
    return inputs.grid(rows, [_total("Together", rows)] if len(rows) > 1 else [])


def _people(inputs: GridInputs) -> list[int]:
    if inputs.query.group == MINE:
        return [inputs.viewer.pk]
    today = inputs.book.as_of
    having = inputs.book.people()
    return [
        pk
        for pk, person in inputs.people.people.items()
        if pk in inputs.led
        and (pk in having or (person.active and person.sells))
        and (inputs.query.group == BELOW or inputs.people.team_on(pk, today) is None)
    ]


def _whole_cells(inputs: GridInputs, subject: Subject) -> list[QuotaCell]:
    name = inputs.people.people[subject.pk].name
    cells = []
    for column in inputs.columns:
        target = own_quota(subject, inputs.calendar.span(column.period.pk), inputs.book)
        if not column.is_total:
            target = exact(inputs, subject, column)
        cell = inputs.cell(subject, name, column, target)
        cells.append(replace(cell, is_input=not column.is_total and inputs.may_set(subject.pk)))
    return cells


def _total(label: str, rows: Iterable[QuotaGridRow]) -> QuotaSum:
    lines = [[cell.value for cell in row.cells] for row in rows]
    return QuotaSum(label=label, values=[added(values) for values in zip(*lines, strict=True)])


def _territory_grid(inputs: GridInputs) -> QuotaGrid:
    """Territories, each with what it, or the territories inside it, shall reach."""
    visible = Territory.objects.visible_to(inputs.viewer).filter(archived_at__isnull=True)
    found = {row.pk: row for row in visible}
    book = replace(inputs.book, territories=inputs.calendar.territories.among(found))
    may_set = rules.can_administer(inputs.viewer)
    rows = []
    for pk, territory in found.items():
        subject = Subject(SubjectKind.TERRITORY, pk)
        target = _territory_target(inputs, book, subject)
        cells = [
            replace(
                inputs.cell(subject, territory.name, column, target(column)),
                is_input=may_set and not column.is_total,
            )
            for column in inputs.columns
        ]
        rows.append(QuotaGridRow(subject=subject, name=territory.name, cells=cells))
    return inputs.grid(rows, [])


def _territory_target(
    inputs: GridInputs, book: QuotaBook, subject: Subject
) -> Callable[[QuotaColumn], ResolvedQuota | None]:
    def target(column: QuotaColumn) -> ResolvedQuota | None:
        if not column.is_total:
            return exact(inputs, subject, column)
        return resolved_quota(subject, inputs.calendar.span(column.period.pk), book)

    return target
