"""What the pages about teams and territories read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from org.models.people import Person
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory
from org.models.trees import Placement, TreeNode
from org.querysets import on_day
from org.services.trees import ids_below

DEEPEST_INDENT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Return the teams as a tree with their people on ``day``."""
    teams = Team.objects.all() if archived else Team.objects.live()
    memberships = TeamMembership.objects.on(day).select_related("person")
    rows = list(memberships.order_by("person__full_name"))
    leads: dict[int, list[Person]] = {}
    for row in rows:
        if row.is_lead:
            leads.setdefault(row.team_id, []).append(row.person)
    return _tree(teams, [(row.team_id, row.person_id) for row in rows], leads)


def territory_tree(*, day: date, archived: bool) -> list[TreeRow]:
    """Return the territories as a tree with the people who work them on ``day``."""
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
        TreeRow(
            node=node,
            depth=depth,
            leads=leads.get(node.pk, []),
            people=own[node.pk],
            people_below=len(inside[node.pk]),
        )
        for node, depth in ordered
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """A team, who is in it on a day, who will be, and who was."""

    team: Team
    path: list[Team]
    present: list[TeamMembership]
    coming: list[TeamMembership]
    past: list[TeamMembership]
    children: list[Team]
    places: list[Placement]


def team_page(team: Team, *, day: date) -> TeamPage:
    rows = TeamMembership.objects.filter(team=team).select_related("person")
    return TeamPage(
        team=team,
        path=_path(team, Team.objects.in_bulk()),
        present=list(rows.filter(on_day(day)).order_by("-is_lead", "person__full_name")),
        coming=list(rows.filter(valid_from__gt=day).order_by("valid_from")),
        past=list(rows.filter(valid_to__lte=day).order_by("-valid_to")[:100]),
        children=list(team.children.live()),
        places=_places(team),
    )


def parents_for(node: Any) -> QuerySet:
    """Return the nodes of the tree that this one may become part of."""
    rows: QuerySet = type(node).objects.live().exclude(pk__in=ids_below(node))
    return rows


def _places(node: TreeNode) -> list[Placement]:
    """Return where the node lay before, the latest first."""
    rows = node.placements.filter(valid_to__isnull=False)  # type: ignore[attr-defined]
    return list(rows.select_related("parent").order_by("-valid_from"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryPage:
    """A territory and who works it on a day, will, and did."""

    territory: Territory
    path: list[Territory]
    present: list[PersonTerritory]
    coming: list[PersonTerritory]
    past: list[PersonTerritory]
    children: list[Territory]
    places: list[Placement]


def territory_page(territory: Territory, *, day: date) -> TerritoryPage:
    rows = PersonTerritory.objects.filter(territory=territory).select_related("person")
    return TerritoryPage(
        territory=territory,
        path=_path(territory, Territory.objects.in_bulk()),
        present=list(rows.filter(on_day(day)).order_by("person__full_name")),
        coming=list(rows.filter(valid_from__gt=day).order_by("valid_from")),
        past=list(rows.filter(valid_to__lte=day).order_by("-valid_to")[:100]),
        children=list(territory.children.live()),
        places=_places(territory),
    )


def _path(node: Any, all_of_them: dict[int, Any]) -> list[Any]:
    """Return what the node is part of, outermost first, without the node itself."""
    found: list[Any] = []
    current = all_of_them.get(node.parent_id)
    while current is not None:
        found.insert(0, current)
        current = all_of_them.get(current.parent_id)
    return found
