"""Who belonged to which team on which day, and who sells: read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject

from kit.periods import Period
from org.enums import Role
from org.models.people import Person, RoleGrant
from org.models.teams import TeamMembership


@dataclass(frozen=True, slots=True)
class Seat:
    """A stay in a team from ``since`` up to, and not including, ``until`` (None: still there)."""

    team: int
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Seller:
    """A person with the seats of the span that was read, in order. ``sells``: has the rep role."""

    pk: int
    name: str
    sells: bool
    active: bool
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody, by id."""

    people: Mapping[int, Seller]

    def team_on(self, person: int, day: date) -> int | None:
        """Return the team that a person was in on a day of the span; None outside of any."""
        found = self.people.get(person)
        return next((seat.team for seat in found.seats if seat.holds(day)), None) if found else None

    def in_teams(self, teams: frozenset[int] | None, day: date) -> set[int]:
        """Return who was in these teams on a day; None for everybody, in a team or not."""
        if teams is None:
            return set(self.people)
        return {pk for pk in self.people if self.team_on(pk, day) in teams}


def roster(span: Period) -> Roster:
    """Read all people with their seats of some day of ``span``."""
    seats = (
        TeamMembership.objects.during(span.start, span.end)
        .filter(person=OuterRef("pk"))
        .order_by("valid_from")
    )
    rows = Person.objects.annotate(
        sells=Exists(RoleGrant.objects.filter(person=OuterRef("pk"), role=Role.REP)),
        seats=ArraySubquery(
            seats.values(row=JSONObject(team="team", since="valid_from", until="valid_to"))
        ),
    ).values_list("pk", "full_name", "sells", "is_active", "seats")
    return Roster({row[0]: _seller(*row) for row in rows.order_by("full_name", "pk")})


def _seller(pk: int, name: str, sells: bool, active: bool, seats: list[dict]) -> Seller:  # noqa: FBT001 -- a row's columns
    return Seller(pk, name, sells, active, tuple(_seat(seat) for seat in seats))


def _seat(row: dict) -> Seat:
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return Seat(row["team"], date.fromisoformat(row["since"]), until)
