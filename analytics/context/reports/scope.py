"""The scope of a page's figures, and the scopes that a viewer may choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.context.reports.organisation_calendar import OrganisationCalendar
from analytics.context.reports.roster import Seller
from org import access
from org.enums import SubjectKind
from org.metrics.quotas import Subject
from org.models.people import Person
from org.trees import DatedTree
from pipeline.deals.reports.selection import DealSelection

ALL, BELOW = "all", "mine"


@dataclass(frozen=True, slots=True)
class Scope:
    """A team or territory with those below it, everyone, one person, or one with their reports.

    ``tree`` is that of teams or territories with its past, for a scope that lies in one;
    ``people`` are those of a group without a team. Where both are None, it is everyone.
    ``depth`` is how deep a team lies below the first one shown.
    """

    subject: Subject
    label: str
    tree: DatedTree | None = None
    people: frozenset[int] | None = None
    depth: int = 0

    @property
    def team(self) -> int | None:
        """The team that the scope is; None for one of another kind."""
        return self.subject.pk if self.subject.kind is SubjectKind.TEAM else None

    def inside(self, day: date) -> frozenset[int]:
        """Return the ids of the team or territory and of those that were in it on a day."""
        return self.tree.inside(self.subject.pk, day) if self.tree else frozenset()

    def ever_inside(self) -> frozenset[int]:
        """Return the ids of the team or territory and of those that ever were in it."""
        return self.tree.ever_inside(self.subject.pk) if self.tree else frozenset()

    @property
    def key(self) -> str:
        """The scope as it is in an address."""
        if self.subject.kind is SubjectKind.TEAM:
            return str(self.subject.pk)
        return ALL if self.subject.kind is SubjectKind.EVERYONE else BELOW

    @property
    def name(self) -> str:
        """The scope as a table's total or a sentence calls it."""
        return self.label

    def owes(self, seller: Seller, day: date) -> bool:
        """Whether a person's quota is part of the scope's; among reports, not once they left."""
        if self.people is not None and seller.pk not in self.people:
            return False
        return not (self.subject.kind is SubjectKind.BELOW and seller.gone_by(day))

    def of(self, deals: DealSelection) -> DealSelection:
        """Return the deals of the selection that count for this scope."""
        kind, pk = self.subject.kind, self.subject.pk
        if kind is SubjectKind.TEAM:
            return deals.but(team=pk)
        if kind is SubjectKind.BELOW:
            return deals.but(below=pk)
        if kind is SubjectKind.TERRITORY:
            return deals.but(territory=pk)
        if kind is SubjectKind.PERSON:
            return deals.but(credited_to=pk) if deals.is_closed else deals.but(owner=pk)
        return deals


def scopes_of(viewer: Person, calendar: OrganisationCalendar) -> Sequence[Scope]:
    """Return what the viewer may look at on the team dashboard, the widest first.

    Admins and executives choose everyone or any team; a manager the teams led today and those
    in them or, leading none, the people below; nobody else has a choice.
    """
    if access.sees_everyone(viewer):
        shown = set(calendar.parents) - calendar.archived_teams
        return [Scope(Subject(SubjectKind.EVERYONE), "Everyone"), *_teams(shown, calendar)]
    if not viewer.is_manager:
        return []
    led = access.led_team_ids(viewer, parents=calendar.parents) - calendar.archived_teams
    if led:
        return _teams(led, calendar)
    people = frozenset(access.people_below(viewer).values_list("descendant", flat=True))
    below = Subject(SubjectKind.BELOW, viewer.pk)
    return [Scope(below, f"{viewer.full_name} and reports", people=people)]


def person_scope(person: Person) -> Scope:
    """Return one person's own numbers."""
    subject = Subject(SubjectKind.PERSON, person.pk)
    return Scope(subject, person.full_name, people=frozenset({person.pk}))


def territory_scope(territory: int, name: str, calendar: OrganisationCalendar) -> Scope:
    """Return the numbers of a territory and those in it."""
    return Scope(Subject(SubjectKind.TERRITORY, territory), name, tree=calendar.territories)


def _teams(shown: set[int], calendar: OrganisationCalendar) -> list[Scope]:
    """Return the teams depth first, those on one level by name."""
    found: list[Scope] = []

    def walk(team: int, depth: int) -> None:
        subject = Subject(SubjectKind.TEAM, team)
        found.append(Scope(subject, calendar.team_names[team], tree=calendar.teams, depth=depth))
        for child in calendar.team_names:
            if child in shown and calendar.parents[child] == team:
                walk(child, depth + 1)

    for team in calendar.team_names:
        if team in shown and calendar.parents[team] not in shown:
            walk(team, 0)
    return found
