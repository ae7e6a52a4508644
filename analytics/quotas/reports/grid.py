"""The quotas of a fiscal year as a grid: who shall reach what in which period, and the sums."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from analytics.quotas.reports.shapes import (
    BELOW,
    MINE,
    TERRITORIES,
    Cell,
    Column,
    Drafts,
    Grid,
    GridQuery,
    Ground,
    Row,
    Sum,
    added,
    exact,
    ground_of,
)
from analytics.quotas.reports.team_grid import team_grid
from org import rules
from org.enums import SubjectKind
from org.metrics.quotas import QuotaBook, Subject, Target, own_quota, resolved_quota
from org.models.people import Person
from org.models.territories import Territory


def quota_grid(
    viewer: Person, query: GridQuery, *, now: datetime, drafts: Drafts | None = None
) -> Grid:
    """Return the grid as of ``now``, with ``drafts`` in place of what is stored.

    Sums follow ``org.metrics.quotas``: a quarter or year that has a target of its own shows
    that, else the sum of its parts; a person's target counts for the team that they are in on
    the last day of its period, or today if that is earlier.
    """
    ground = ground_of(viewer, query, now, drafts or {})
    if query.group.isdecimal():
        return team_grid(ground, int(query.group))
    if query.group == TERRITORIES:
        return _territory_grid(ground)
    return _people_grid(ground)


def _people_grid(ground: Ground) -> Grid:
    """The viewer's own row, everybody below the viewer, or people who are in no team today."""
    rows = [
        Row(
            subject=Subject(SubjectKind.PERSON, pk),
            name=ground.people.people[pk].name,
            cells=_whole_cells(ground, Subject(SubjectKind.PERSON, pk)),
        )
        for pk in _people(ground)
    ]
    return ground.grid(rows, [_total("Together", rows)] if len(rows) > 1 else [])


def _people(ground: Ground) -> list[int]:
    if ground.query.group == MINE:
        return [ground.viewer.pk]
    today = ground.book.as_of
    having = ground.book.people()
    return [
        pk
        for pk, person in ground.people.people.items()
        if pk in ground.led
        and (pk in having or (person.active and person.sells))
        and (ground.query.group == BELOW or ground.people.team_on(pk, today) is None)
    ]


def _whole_cells(ground: Ground, subject: Subject) -> list[Cell]:
    name = ground.people.people[subject.pk].name
    cells = []
    for column in ground.columns:
        target = own_quota(subject, ground.calendar.span(column.period.pk), ground.book)
        if not column.is_total:
            target = exact(ground, subject, column)
        cell = ground.cell(subject, name, column, target)
        cells.append(replace(cell, is_input=not column.is_total and ground.may_set(subject.pk)))
    return cells


def _total(label: str, rows: Iterable[Row]) -> Sum:
    lines = [[cell.value for cell in row.cells] for row in rows]
    return Sum(label=label, values=[added(values) for values in zip(*lines, strict=True)])


def _territory_grid(ground: Ground) -> Grid:
    """Territories, each with what it, or the territories inside it, shall reach."""
    visible = Territory.objects.visible_to(ground.viewer).filter(archived_at__isnull=True)
    found = {row.pk: row for row in visible}
    book = replace(ground.book, territories=ground.calendar.territories.among(found))
    may_set = rules.can_administer(ground.viewer)
    rows = []
    for pk, territory in found.items():
        subject = Subject(SubjectKind.TERRITORY, pk)
        target = _territory_target(ground, book, subject)
        cells = [
            replace(
                ground.cell(subject, territory.name, column, target(column)),
                is_input=may_set and not column.is_total,
            )
            for column in ground.columns
        ]
        rows.append(Row(subject=subject, name=territory.name, cells=cells))
    return ground.grid(rows, [])


def _territory_target(
    ground: Ground, book: QuotaBook, subject: Subject
) -> Callable[[Column], Target | None]:
    def target(column: Column) -> Target | None:
        if not column.is_total:
            return exact(ground, subject, column)
        return resolved_quota(subject, ground.calendar.span(column.period.pk), book)

    return target
