"""Where a year's quotas stand by team, and the versions that a subject's quota has had."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db.models import F, QuerySet, Window
from django.db.models.functions import Lag

from analytics.quotas.reports.shapes import GridInputs, GridQuery, grid_inputs
from org import access
from org.enums import SubjectKind
from org.metrics.quotas import Subject, carried, own_quota, placed_quotas, summed_targets
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory
from org.reports.set_up import depth_first


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
