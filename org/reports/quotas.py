"""The quotas of a fiscal year as a grid: who shall reach what in which period, and the sums."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db.models import F, QuerySet, Window
from django.db.models.functions import Lag

from org import access, rules
from org.enums import SubjectKind
from org.metrics import (
    QuotaBook,
    ResolvedQuota,
    Subject,
    carried,
    own_quota,
    placed_quotas,
    resolved_quota,
    summed_targets,
)
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory
from org.reports.quota_grid import (
    BELOW,
    MINE,
    TERRITORIES,
    Drafts,
    GridInputs,
    GridQuery,
    QuotaColumn,
    QuotaGrid,
    QuotaGridRow,
    QuotaSum,
    added,
    exact,
    grid_inputs,
    own_cells,
    team_grid,
)
from org.reports.set_up import depth_first


def quota_grid(
    viewer: Person, query: GridQuery, *, now: datetime, drafts: Drafts | None = None
) -> QuotaGrid:
    """Return the grid as of ``now``, with ``drafts`` in place of what is stored.

    Sums follow ``org.metrics``: a quarter or year that has a target of its own shows
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
    rows = []
    for pk in _people(inputs):
        subject, name = Subject(SubjectKind.PERSON, pk), inputs.people.people[pk].name
        cells = own_cells(inputs, subject, name, may_set=inputs.may_set(pk))
        rows.append(QuotaGridRow(subject=subject, name=name, cells=cells))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team in its place: its own target of the year, its people's together, and who has none."""

    team: Team
    depth: int
    own: Decimal | None
    together: Decimal | None
    without: int

    @property
    def difference(self) -> Decimal | None:
        """People together less the team's own; None without either."""
        if self.own is None or self.together is None:
            return None
        return self.together - self.own


def team_lines(viewer: Person, query: GridQuery, *, now: datetime) -> list[TeamLine]:
    """Return the teams that the viewer may see, as a tree, with their targets of the year."""
    inputs = grid_inputs(viewer, query, now, {})
    span = inputs.calendar.span(query.year)
    placed = placed_quotas(span, inputs.book)
    lines = []
    for team, depth in depth_first(Team.objects.visible_to(viewer).filter(archived_at=None)):
        targets = carried(placed, partial(inputs.calendar.teams.inside, team.pk)).values()
        lines.append(
            TeamLine(
                team=team,
                depth=min(depth, 6),
                own=inputs.units(own_quota(Subject(SubjectKind.TEAM, team.pk), span, inputs.book)),
                together=inputs.units(summed_targets(targets)),
                without=_without(inputs, team.pk),
            )
        )
    return lines


def _without(inputs: GridInputs, team: int) -> int:
    """Count the team's own people of today who sell and have no target in the year."""
    having = inputs.book.people()
    return sum(
        person.active and person.sells and pk not in having
        for pk, person in inputs.people.people.items()
        if inputs.people.team_on(pk, inputs.book.as_of) == team
    )


KINDS: dict[str, type[Person] | type[Team] | type[Territory]] = {
    "person": Person,
    "team": Team,
    "territory": Territory,
}


def subjects(viewer: Person, kind: str) -> QuerySet:
    """Return the people, teams or territories whose quotas the viewer may see."""
    if kind == "person":
        return Person.objects.led_by(viewer)
    if kind == "territory" and not access.sees_everyone(viewer):
        return Territory.objects.none()
    return KINDS[kind].objects.visible_to(viewer)


def versions(viewer: Person, kind: str, pk: int) -> QuerySet[Quota]:
    """Return every version of the subject's quotas, newest first, with the target ``before`` it."""
    before = Window(
        Lag("target"),
        partition_by=[F("measure"), F("period")],
        order_by=[F("set_at").asc(), F("pk").asc()],
    )
    return (
        Quota.objects.visible_to(viewer)
        .filter(**{kind: pk})
        .annotate(before=before)
        .select_related("period", "set_by")
        .order_by("-set_at", "-pk")
    )
