"""What the pages read that set up the organisation and its people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery

from kit.periods import end_of_day, start_of_day
from org import rules
from org.enums import PeriodKind, Role
from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person, ReportingLine, RoleGrant, role_names
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory
from org.models.trees import Placement, TreeNode
from org.querysets import on_day
from org.services.calendar import UNNAMED
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


def directory(viewer: Person, asked: Mapping[str, Any], *, day: date) -> QuerySet[Person]:
    """Return the people asked for by a PeopleFilter, each ``placed`` on ``day``."""
    standing = {"": Q(is_active=True), "left": Q(is_active=False)}.get(asked["standing"], Q())
    rows = Person.objects.visible_to(viewer).filter(standing)
    if asked["q"]:
        rows = rows.filter(_named(asked["q"], every_field=rules.can_administer(viewer)))
    if asked["role"]:
        rows = rows.with_roles(asked["role"])
    if asked["team"] is not None:
        inside = TeamMembership.objects.on(day).filter(team__in=ids_below(asked["team"]))
        rows = rows.filter(pk__in=inside.values("person"))
    if asked.get("sign_in") and rules.can_administer(viewer):
        rows = rows.filter(_sign_in(asked["sign_in"]))
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
    role_changes: list[AuditEntry]

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
    granted = AuditEntry.objects.about(person).filter(changes__has_key="roles")
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
        role_changes=list(granted.select_related("actor")) if admin else [],
    )


DEEPEST_INDENT = 6


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A team or territory in its place: ``people`` are its own on the day, ``people_below`` with
    those of everything inside it, each person once."""

    node: Any
    depth: int
    leads: list[Person]
    people: int
    people_below: int

    @property
    def indent(self) -> int:
        return min(self.depth, DEEPEST_INDENT)


def depth_first(
    nodes: Iterable[Any], parents: Mapping[int, int] | None = None
) -> list[tuple[Any, int]]:
    """Return nodes, each after its parent, siblings as they came, with depth.

    They lie in each other as in ``parents``, or as today. A node whose parent is not among them
    stands at the top.
    """
    listed = list(nodes)
    known = {node.pk for node in listed}
    children: dict[int | None, list[Any]] = {}
    for node in listed:
        lies_in = node.parent_id if parents is None else parents.get(node.pk)
        above = lies_in if lies_in in known else None
        children.setdefault(above, []).append(node)
    found: list[tuple[Any, int]] = []
    waiting = [(node, 0) for node in reversed(children.get(None, []))]
    while waiting:
        node, depth = waiting.pop()
        found.append((node, depth))
        waiting.extend((child, depth + 1) for child in reversed(children.get(node.pk, [])))
    return found


def team_tree(*, day: date, archived: bool) -> list[TreeRow]:
    teams = Team.objects.all() if archived else Team.objects.live()
    memberships = TeamMembership.objects.on(day).select_related("person")
    rows = list(memberships.order_by("person__full_name"))
    leads: dict[int, list[Person]] = {}
    for row in rows:
        if row.is_lead:
            leads.setdefault(row.team_id, []).append(row.person)
    return _tree(teams, [(row.team_id, row.person_id) for row in rows], leads)


def territory_tree(*, day: date, archived: bool) -> list[TreeRow]:
    territories = Territory.objects.all() if archived else Territory.objects.live()
    rows = PersonTerritory.objects.filter(on_day(day))
    return _tree(territories, list(rows.values_list("territory_id", "person_id")), {})


def _tree(
    nodes: QuerySet, people: list[tuple[int, int]], leads: dict[int, list[Person]]
) -> list[TreeRow]:
    ordered = depth_first(nodes)
    parents = {node.pk: node.parent_id for node, _ in ordered}
    own = Counter(node for node, _ in people)
    by_node: dict[int, set[int]] = {}
    for node, person in people:
        by_node.setdefault(node, set()).add(person)
    inside: dict[int, set[int]] = {}
    for node, _ in reversed(ordered):
        inside.setdefault(node.pk, set()).update(by_node.get(node.pk, set()))
        if parents[node.pk] in parents:
            inside.setdefault(parents[node.pk], set()).update(inside[node.pk])
    return [
        TreeRow(node, depth, leads.get(node.pk, []), own[node.pk], len(inside[node.pk]))
        for node, depth in ordered
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePage:
    """A team or territory, and who is in it or works it on a day, will, and did."""

    path: list[Any]
    present: list[Any]
    coming: list[Any]
    past: list[Any]
    children: list[Any]
    places: list[Placement]


def node_page(node: Team | Territory, *, day: date) -> NodePage:
    rows: QuerySet = PersonTerritory.objects.filter(territory=node.pk)
    leads_first = ["-is_lead"] if isinstance(node, Team) else []
    if isinstance(node, Team):
        rows = TeamMembership.objects.filter(team=node)
    rows = rows.select_related("person")
    return NodePage(
        path=_path(node, type(node).objects.in_bulk()),
        present=list(rows.filter(on_day(day)).order_by(*leads_first, "person__full_name")),
        coming=list(rows.filter(valid_from__gt=day).order_by("valid_from")),
        past=list(rows.filter(valid_to__lte=day).order_by("-valid_to")[:100]),
        children=list(node.children.live()),
        places=_places(node),
    )


def parents_for(node: Any) -> QuerySet:
    """Return the nodes of the tree that this one may become part of."""
    rows: QuerySet = type(node).objects.live().exclude(pk__in=ids_below(node))
    return rows


def _places(node: TreeNode) -> list[Placement]:
    """Return where the node lay before, the latest first."""
    rows = node.placements.filter(valid_to__isnull=False)  # type: ignore[attr-defined]
    return list(rows.select_related("parent").order_by("-valid_from"))


def _path(node: Any, all_of_them: dict[int, Any]) -> list[Any]:
    """Return what the node is part of, outermost first, without the node itself."""
    found: list[Any] = []
    current = all_of_them.get(node.parent_id)
    while current is not None:
        found.insert(0, current)
        current = all_of_them.get(current.parent_id)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """A fiscal year with its quarters; ``is_current`` on the one that holds the day."""

    year: FiscalPeriod
    quarters: list[FiscalPeriod]
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """Fiscal years, days off and rates, and the calendar year in which the next one starts.

    Days off and rates are those of one calendar ``year``; each has the years that hold any.
    """

    years: list[YearRow]
    year: int
    holidays: list[Holiday]
    holiday_years: list[int]
    rates: list[ExchangeRate]
    rate_years: list[int]
    currency: str
    next_year: int


def settings_now() -> Organisation:
    """Return the settings as they are, unsaved defaults on an empty installation."""
    return Organisation.objects.first() or Organisation(name=UNNAMED)


def calendar_page(*, day: date, year: int) -> CalendarPage:
    periods = list(FiscalPeriod.objects.exclude(kind=PeriodKind.MONTH).order_by("start_on"))
    quarters: dict[int | None, list[FiscalPeriod]] = {}
    for period in periods:
        quarters.setdefault(period.parent_id, []).append(period)
    years = [
        YearRow(year=year, quarters=quarters.get(year.pk, []), is_current=day in year.period)
        for year in quarters.get(None, [])
    ]
    holidays = list(Holiday.objects.order_by("-day"))
    rates = list(ExchangeRate.objects.order_by("currency", "-valid_from"))
    return CalendarPage(
        years=years[::-1],
        year=year,
        holidays=[holiday for holiday in holidays if holiday.day.year == year],
        holiday_years=_newest_first({holiday.day.year for holiday in holidays} | {year}),
        rates=[rate for rate in rates if rate.valid_from.year == year],
        rate_years=_newest_first({rate.valid_from.year for rate in rates} | {year}),
        currency=settings_now().currency,
        next_year=years[-1].year.start_on.year + 1 if years else day.year,
    )


def _newest_first(years: set[int]) -> list[int]:
    return sorted(years, reverse=True)


SYSTEM = "The system"


def entries(viewer: Person, asked: Mapping[str, Any], *, time_zone: str) -> QuerySet[AuditEntry]:
    """Return the entries asked for by an AuditFilter, newest first; ``until`` is included."""
    rows = AuditEntry.objects.visible_to(viewer).select_related("actor")
    if asked["actor"]:
        rows = rows.filter(actor__full_name__icontains=asked["actor"])
    if asked["action"]:
        rows = rows.filter(action=asked["action"])
    if asked["about"]:
        rows = rows.filter(subject_label__icontains=asked["about"])
    if asked["since"]:
        rows = rows.filter(at__gte=start_of_day(asked["since"], zone=ZoneInfo(time_zone)))
    if asked["until"]:
        rows = rows.filter(at__lte=end_of_day(asked["until"], zone=ZoneInfo(time_zone)))
    if asked["subject"]:
        kind, number = asked["subject"]
        rows = rows.filter(subject_type=kind, subject_id=number)
    return rows.order_by("-at", "-pk")


def action_choices(viewer: Person) -> list[tuple[str, str]]:
    """Return the deeds that occur in what the viewer may see, with their words."""
    rows = AuditEntry.objects.visible_to(viewer).order_by("action")
    return [
        (action, action_words(action))
        for action in rows.values_list("action", flat=True).distinct()
    ]


def action_words(action: str) -> str:
    """Turn "person.report_to" into "person: report to"."""
    return action.replace(".", ": ").replace("_", " ")
