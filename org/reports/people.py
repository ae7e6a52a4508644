"""What the pages about people read."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery

from org import rules
from org.enums import Role
from org.models.audit import AuditEntry
from org.models.people import Person, ReportingLine, RoleGrant, role_names
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory
from org.querysets import on_day
from org.services.trees import ids_below

STANDINGS = [("", "Here now"), ("left", "Left"), ("all", "Everybody")]
SIGN_INS = [
    ("", "Any"),
    ("none", "No e-mail address"),
    ("unset", "No password yet"),
    ("never", "Never signed in"),
    ("ready", "Has signed in"),
]
# What Django writes in place of a password that was never set.
UNUSABLE = "!"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleQuery:
    """Whom the list of people shows; empty values mean no restriction."""

    search: str = ""
    team: Team | None = None
    role: str = ""
    standing: str = ""
    sign_in: str = ""


def directory(viewer: Person, query: PeopleQuery, *, day: date) -> QuerySet[Person]:
    """Return the people asked for, each with team_name, manager_name and held_roles on ``day``."""
    rows = Person.objects.visible_to(viewer).filter(_standing(query.standing))
    if query.search:
        rows = rows.filter(_named(query.search, every_field=rules.can_administer(viewer)))
    if query.role:
        rows = rows.with_roles(query.role)
    if query.team is not None:
        inside = TeamMembership.objects.on(day).filter(team__in=ids_below(query.team))
        rows = rows.filter(pk__in=inside.values("person"))
    if query.sign_in and rules.can_administer(viewer):
        rows = rows.filter(_sign_in(query.sign_in))
    return placed(rows, day)


def placed(rows: QuerySet[Person], day: date) -> QuerySet[Person]:
    """Annotate people with the names of their team and manager on ``day`` and with their roles."""
    teams = TeamMembership.objects.filter(on_day(day), person=OuterRef("pk"))
    lines = ReportingLine.objects.filter(on_day(day), person=OuterRef("pk"))
    roles = RoleGrant.objects.filter(person=OuterRef("pk")).order_by("role")
    return rows.annotate(
        team_name=Subquery(teams.values("team__name")[:1]),
        manager_name=Subquery(lines.values("manager__full_name")[:1]),
        held_roles=ArraySubquery(roles.values("role")),
    )


def _standing(standing: str) -> Q:
    return {"": Q(is_active=True), "left": Q(is_active=False)}.get(standing, Q())


def _named(search: str, *, every_field: bool) -> Q:
    found = Q(full_name__icontains=search) | Q(email__icontains=search) | Q(title__icontains=search)
    return found | Q(external_id=search) if every_field else found


def _sign_in(state: str) -> Q:
    return {
        "none": Q(email__isnull=True),
        "unset": Q(email__isnull=False, password__startswith=UNUSABLE),
        "never": Q(email__isnull=False, last_login__isnull=True),
        "ready": Q(last_login__isnull=False),
    }[state]


def managers() -> QuerySet[Person]:
    """Return the people whom others may be set to report to."""
    return Person.objects.active().with_roles(Role.MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRoles:
    """The roles a person got at a moment, and who gave them; no actor is the system."""

    at: datetime
    before: str
    after: str
    actor: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """A person, their place on a day, and, for admins, how they came to it."""

    person: Person
    day: date
    roles: str
    line: ReportingLine | None
    membership: TeamMembership | None
    reports: list[Person]
    lines: list[ReportingLine]
    memberships: list[TeamMembership]
    territories: list[PersonTerritory]
    role_changes: list[GrantedRoles]

    @property
    def sign_in(self) -> tuple[str, str]:
        """What stands in the way of signing in, in words, and its colour role."""
        if not self.person.is_active:
            return "Left: cannot sign in", "neutral"
        if self.person.email is None:
            return "No e-mail address: cannot sign in", "warn"
        if not self.person.has_usable_password():
            return "No password yet", "warn"
        if not self.roles:
            return "No role: signs in and sees nothing", "warn"
        return "Can sign in", "good"


def person_page(viewer: Person, person: Person, *, day: date) -> PersonPage:
    """Everybody sees where a person stands today; admins see the history too."""
    lines = ReportingLine.objects.filter(person=person).select_related("manager")
    memberships = TeamMembership.objects.filter(person=person).select_related("team")
    territories = PersonTerritory.objects.filter(person=person).select_related("territory")
    below = ReportingLine.objects.filter(on_day(day), manager=person)
    admin = rules.can_administer(viewer)
    return PersonPage(
        person=person,
        day=day,
        roles=role_names(person.role_set),
        line=lines.filter(on_day(day)).first(),
        membership=memberships.filter(on_day(day)).first(),
        reports=list(Person.objects.filter(pk__in=below.values("person"))),
        lines=list(lines.order_by("-valid_from")) if admin else [],
        memberships=list(memberships.order_by("-valid_from")) if admin else [],
        territories=list(territories.order_by("-valid_from")) if admin else [],
        role_changes=_role_changes(person) if admin else [],
    )


def _role_changes(person: Person) -> list[GrantedRoles]:
    entries = AuditEntry.objects.about(person).filter(changes__has_key="roles")
    return [
        GrantedRoles(
            at=entry.at,
            before=entry.changes["roles"][0],
            after=entry.changes["roles"][1],
            actor=entry.actor,
        )
        for entry in entries.select_related("actor")
    ]
