"""Who belonged to which team on which day, and who sells: read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject

from kit.periods import Period
from org.enums import Role
from org.models.people import Person, RoleGrant
from org.models.teams import TeamMembership
from org.stays import Stay
from pipeline.activities.models import Activity


@dataclass(frozen=True, slots=True)
class Seller:
    """A person with the seats of the span that was read, in order.

    ``sells``: has the rep role today. ``shown``: the viewer may see this person's deals and
    numbers. ``last_activity`` is the latest that was known at the moment of the reading. The seat
    that somebody left from lets their deals count for the team beyond its end.
    """

    pk: int
    name: str
    title: str
    sells: bool
    active: bool
    started_on: date | None
    left_on: date | None
    shown: bool
    last_activity: datetime | None
    stays: tuple[Stay, ...]

    def gone_by(self, day: date) -> bool:
        """Whether the person has left by ``day``."""
        return self.left_on is not None and self.left_on <= day


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody, by id."""

    people: Mapping[int, Seller]

    def team_on(self, person: int, day: date) -> int | None:
        """Return the team that a person was in on a day of the span; None outside of any."""
        found = self.people.get(person)
        return next((stay.team for stay in found.stays if stay.holds(day)), None) if found else None

    def counted_on(self, person: int, day: date) -> int | None:
        """Return the team that a person's deals and quota count for on a day of the span.

        It is the team of the day, or the one that whoever has left was in on their last day: a
        quota of that team's own holds theirs, so that it is no quota beside the team's.
        """
        found = self.people.get(person)
        if found is None or not found.gone_by(day):
            return self.team_on(person, day)
        last_day = (found.left_on or day) - timedelta(days=1)
        return next((stay.team for stay in found.stays if stay.holds(last_day)), None)

    def in_teams(self, teams: frozenset[int], day: date) -> set[int]:
        """Return who was in these teams on a day."""
        return {pk for pk in self.people if self.team_on(pk, day) in teams}


def roster(span: Period, *, moment: datetime, viewer: Person | None = None) -> Roster:
    """Read all people with the seats by which they count on some day of ``span``.

    Without a viewer, none is shown.
    """
    stays = (
        TeamMembership.objects.counting_during(span.start, span.end)
        .filter(person=OuterRef("pk"))
        .order_by("valid_from")
    )
    latest = (
        Activity.objects.known_at(moment).filter(person=OuterRef("pk")).order_by("-occurred_at")
    )
    led = Person.objects.led_by(viewer) if viewer else Person.objects.none()
    rows = Person.objects.annotate(
        sells=Exists(RoleGrant.objects.filter(person=OuterRef("pk"), role=Role.REP)),
        shown=Exists(led.filter(pk=OuterRef("pk"))),
        last_activity=Subquery(latest.values("occurred_at")[:1]) if viewer else _no_moment(),
        stays=ArraySubquery(
            stays.values(row=JSONObject(team="team", since="valid_from", until="valid_to"))
        ),
    )
    return Roster({person.pk: _seller(person) for person in rows.order_by("full_name", "pk")})


def _no_moment() -> Value:
    return Value(None, output_field=DateTimeField())


def _seller(person: Any) -> Seller:
    return Seller(
        pk=person.pk,
        name=person.full_name,
        title=person.title,
        sells=person.sells,
        active=person.is_active,
        started_on=person.started_on,
        left_on=person.left_on,
        shown=person.shown,
        last_activity=person.last_activity,
        stays=tuple(Stay.read(**stay) for stay in person.stays),
    )
