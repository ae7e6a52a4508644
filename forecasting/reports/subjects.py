"""Whose forecasts a viewer may ask for: themself, the people and teams below, everyone together."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.attainment.reports.attainment import EVERYONE
from kit.periods import Period
from org import access
from org.enums import SubjectKind
from org.metrics import Subject
from org.models.people import Person
from org.models.teams import Team
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status

WHOLE = "everyone"


@dataclass(frozen=True, slots=True)
class SubjectChoice:
    """A subject as pages name it; ``key`` is how addresses do: everyone, team-3, person-5."""

    subject: Subject
    name: str

    @property
    def key(self) -> str:
        kind, pk = self.subject.kind, self.subject.pk
        return WHOLE if kind is SubjectKind.EVERYONE else f"{kind}-{pk}"

    @property
    def columns(self) -> dict[str, int]:
        """The arguments of ``SnapshotQuerySet.of``."""
        kind, pk = self.subject.kind, self.subject.pk
        return {} if kind is SubjectKind.EVERYONE else {str(kind): pk}

    def open_deals_url(self, **parts: Any) -> str:
        """Return the address of the deal list with the subject's open deals of today."""
        return DealSelection(status=Status.OPEN, **self._whose("owner"), **parts).url()

    def won_deals_url(self, period: Period, *, as_of: date | None) -> str:
        """Return the address of the deal list with what the subject had booked in a period."""
        won = DealSelection(
            as_of=as_of, status=Status.WON, closed_from=period.start, closed_to=period.end
        )
        return won.but(**self._whose("credited_to")).url()

    def _whose(self, person: str) -> dict[str, Any]:
        if self.subject.kind is SubjectKind.EVERYONE:
            return {}
        return {"team" if self.subject.kind is SubjectKind.TEAM else person: self.subject.pk}


def choices(viewer: Person) -> list[SubjectChoice]:
    """Return whom the viewer may ask for: everyone, teams by name, then people by name."""
    found = [SubjectChoice(EVERYONE, "Everyone")] if access.sees_everyone(viewer) else []
    teams = Team.objects.visible_to(viewer).filter(archived_at__isnull=True).order_by("name")
    people = Person.objects.led_by(viewer).filter(is_active=True).order_by("full_name", "pk")
    found += [SubjectChoice(Subject(SubjectKind.TEAM, team.pk), str(team)) for team in teams]
    return found + [person_choice(person) for person in people]


def person_choice(person: Person) -> SubjectChoice:
    return SubjectChoice(Subject(SubjectKind.PERSON, person.pk), str(person))


def chosen(options: list[SubjectChoice], key: str) -> SubjectChoice | None:
    """Return the option with this key, the first one for "", None where there is no such option."""
    if not key:
        return options[0] if options else None
    return next((option for option in options if option.key == key), None)


def address(name: str, **query: Any) -> str:
    """Return a forecast page's address with the parameters that are given."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{reverse(f'forecasting:{name}')}?{urlencode(given)}"
