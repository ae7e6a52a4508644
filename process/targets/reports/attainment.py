"""Attainment of activity targets by person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count
from django.urls import reverse

from analytics.context.reports.look import Look
from analytics.context.reports.one_state import one_state
from kit.periods import Period
from org.models.people import Person
from org.models.teams import TeamMembership
from pipeline.activities.models import Activity
from pipeline.enums import ACTIVITY_LABELS, TOUCHES, ActivityKind
from process.targets.metrics.targets import Reached, Version, daily, reached
from process.targets.models import ROLES, ActivityTarget

Owed = Mapping[str, Mapping[str, Mapping[date, Fraction]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A person and a kind of activity."""

    person: int
    name: str
    kind: str
    reached: Reached
    href: str

    @property
    def label(self) -> str:
        return ACTIVITY_LABELS[ActivityKind(self.kind)]


@dataclass(frozen=True, slots=True)
class Owing:
    """The lines of a scope, and how many of its people have no target for their roles."""

    look: Look
    span: Period
    lines: Sequence[Line]
    without: int


@one_state()
def owing(look: Look, span: Period) -> Owing:
    """Return what the people of a scope, whom the viewer sees, did of what they owe in a span."""
    people = people_of(look)
    owed = _owed(look, span)
    done = _done(look, span, [person.pk for person in people]) if owed else {}
    lines = [line for person in people for line in _lines(look, span, person, owed=owed, done=done)]
    told = {line.person for line in lines}
    return Owing(look, span, lines, sum(person.pk not in told for person in people))


def targets_in_force(moment: datetime, day: date) -> list[ActivityTarget]:
    """Return the version of each role and kind that counts on a day, as known at a moment."""
    rows = ActivityTarget.objects.known_at(moment).filter(starts_on__lte=day)
    newest = rows.order_by("role", "kind", "-set_at").distinct("role", "kind")
    return [target for target in newest if target.count is not None]


def people_of(look: Look) -> list[Any]:
    """Return who belongs to the scope on the as-of day, with their roles of today."""
    rows = Person.objects.led_by(look.viewer).annotate(
        roles=ArrayAgg("role_grants__role", default=[], distinct=True)
    )
    if look.scope.team is not None:
        seats = TeamMembership.objects.on(look.day).filter(team__in=look.scope.inside(look.day))
        rows = rows.filter(pk__in=seats.values("person"))
    elif look.scope.people is not None:
        rows = rows.filter(pk__in=look.scope.people)
    roles = {role for role, _ in ROLES}
    return [
        person
        for person in rows.order_by("full_name", "pk")
        if roles & set(person.roles) and not (person.left_on and person.left_on <= look.day)
    ]


def _owed(look: Look, span: Period) -> Owed:
    """Return what each working day asks for, by kind and role."""
    versions = [
        Version(each.role, each.kind, each.count, each.every, each.starts_on, each.set_at)
        for each in ActivityTarget.objects.visible_to(look.viewer)
        .known_at(look.moment)
        .filter(starts_on__lt=span.end)
    ]
    days = look.calendar.week.days(span)
    owed: dict[str, dict[str, Mapping[date, Fraction]]] = {}
    for kind, role in {(each.kind, each.role) for each in versions}:
        own = (each for each in versions if (each.kind, each.role) == (kind, role))
        owed.setdefault(kind, {})[role] = daily(own, days, look.calendar.week)
    return owed


def _done(look: Look, span: Period, people: Collection[int]) -> dict[tuple[int, str], int]:
    rows = (
        Activity.objects.visible_to(look.viewer)
        .known_at(look.moment)
        .filter(
            person__in=people,
            occurred_at__gte=look.calendar.start_of(span.start),
            occurred_at__lt=look.calendar.start_of(span.end),
        )
        .order_by()
        .values_list("person", "kind")
        .annotate(times=Count("pk"))
    )
    return {(person, kind): times for person, kind, times in rows}


def _lines(
    look: Look, span: Period, person: Any, *, owed: Owed, done: Mapping[tuple[int, str], int]
) -> Iterable[Line]:
    for kind in TOUCHES:
        found = reached(
            done.get((person.pk, kind), 0),
            person.roles,
            owed.get(kind, {}),
            since=person.started_on,
            until=person.left_on,
            first_open_day=look.calendar.first_open_day(look.moment),
        )
        if found is not None:
            href = _href(person.pk, kind, span)
            yield Line(person.pk, person.full_name, kind, found, href)


def _href(person: int, kind: str, span: Period) -> str:
    """Return the list of the activities that a figure counts."""
    query = {"person": person, "kind": kind, "since": span.start, "before": span.end}
    return f"{reverse('pipeline:activities')}?{urlencode(query)}"
