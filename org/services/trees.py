"""Teams and territories as trees: make, rename, move as of a day, archive, restore.

Who belongs to a team and who works a territory is a matter of org.services.places.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from org import access, audit
from org.metrics import below
from org.models.people import Person
from org.models.teams import Team, TeamMembership
from org.models.territories import Territory
from org.models.trees import TreeNode
from org.services.guard import refused_as, require_admin, require_in_use
from org.services.set_up import locked_row, set_use

Node = TypeVar("Node", bound=TreeNode)


def _members(team: Any) -> str:
    ahead = TeamMembership.objects.filter(team=team).exclude(valid_to__lte=access.today())
    count = ahead.count()
    people = "1 person" if count == 1 else f"{count} people"
    return f"{team} has {people} in it. Move them to another team first." if count else ""


def _workers(territory: Any) -> str:
    ahead = territory.people.exclude(valid_to__lte=access.today()).select_related("person")
    worker = ahead.first()
    return f"{worker.person} works {territory}. End that first." if worker else ""


# What keeps a node from being archived: "" for nothing.
OCCUPIED: Mapping[type[TreeNode], Callable[[Any], str]] = {Team: _members, Territory: _workers}


def _word(node: TreeNode) -> str:
    return type(node).__name__.lower()


def _circles(word: str) -> dict[str, tuple[str, str]]:
    """Return what the database's refusals of a place in the tree mean."""
    inside_itself = ("parent", f"A {word} cannot lie inside itself or a {word} that it holds.")
    return {
        f"org_{word}_no_circle": inside_itself,
        f"{word}_not_in_itself": inside_itself,
        f"org_{word}_moved_by_now": ("since", "Choose today or an earlier day."),
    }


@transaction.atomic
def create(tree: type[Node], *, by: Person | None, name: str, parent: Node | None = None) -> Node:
    """Make a node; it is in ``parent`` for all time, so that its past can be filled in."""
    require_admin(by)
    _check_parent(parent)
    node = tree(parent=parent)
    _name(node, name)
    audit.record(by, f"{_word(node)}.create", node, changes={"parent": (None, parent)})
    return node


@transaction.atomic
def rename(node: Node, *, by: Person | None, name: str) -> Node:
    require_admin(by)
    subject = locked_row(node)
    before = subject.name
    if before != name.strip():
        _name(subject, name)
        _record(by, "rename", subject, name=(before, subject.name))
    return subject


def _name(node: TreeNode, name: str) -> None:
    word = _word(node)
    node.name = name.strip()
    if not node.name:
        raise ValidationError({"name": f"Give the {word} a name."})
    node.clean_fields()
    taken = ("name", f"There is already a {word} called “{node.name}”.")
    with refused_as({f"{word}_name_unique": taken}):
        node.save(update_fields=None if node.pk is None else ["name"])


def _check_parent(parent: Any) -> None:
    if parent is not None:
        require_in_use(parent, field="parent")


@transaction.atomic
def move(node: Node, *, by: Person | None, parent: Node | None, since: date | None = None) -> Node:
    """Put a node, with everything in it, into another one (None: at the top) as of a day.

    The days before stay as they are, so figures of the past do; from ``since`` (None: today) up
    to now it lies in ``parent``, whatever was recorded. Raises ValidationError for a day that is
    yet to come, and where something would lie in itself on any of those days.
    """
    require_admin(by)
    subject = locked_row(node)
    day = access.today() if since is None else since
    if day > access.today():
        raise ValidationError({"since": "Choose today or an earlier day."})
    same = subject.parent == parent
    if same and day >= subject.parent_since:
        return subject
    _check_parent(parent)
    circles = _circles(_word(subject))
    if parent is not None and parent.pk in ids_below(subject):
        raise ValidationError(dict([circles[f"org_{_word(subject)}_no_circle"]]))
    before, subject.parent, subject.parent_since = subject.parent, parent, day
    with refused_as(circles):
        subject.save(update_fields=["parent", "parent_since"])
    _record(by, "move", subject, parent=(before, parent), since=(None, day))
    return subject


@transaction.atomic
def edit(
    node: Node, *, by: Person | None, name: str, parent: Node | None, since: date | None = None
) -> Node:
    """Rename and move in one go."""
    rename(node, by=by, name=name)
    return move(node, by=by, parent=parent, since=since)


def ids_below(node: TreeNode) -> set[int]:
    """Return the ids of the node and of everything inside it today."""
    rows: QuerySet = type(node)._default_manager.all()  # noqa: SLF001 -- Django documents it
    return below(dict(rows.values_list("pk", "parent_id")), {node.pk})


@transaction.atomic
def archive(node: Node, *, by: Person | None) -> Node:
    """Take an empty node out of use. Its past figures stay."""
    require_admin(by)
    subject = set_use(node, by=by, at=Now(), what=_word(node), check=_require_empty)
    subject.refresh_from_db(fields=["archived_at"])
    return subject


def _require_empty(node: Any) -> None:
    if child := node.children.filter(archived_at=None).first():
        raise ValidationError(
            f"{node} holds the {_word(node)} {child}. Move or archive that one first."
        )
    if why := OCCUPIED[type(node)](node):
        raise ValidationError(why)


@transaction.atomic
def restore(node: Node, *, by: Person | None) -> Node:
    require_admin(by)
    word = _word(node)
    return set_use(node, by=by, at=None, what=word, check=_require_place)


def _require_place(node: Any) -> None:
    _check_parent(node.parent)


def _record(by: Person | None, action: str, node: TreeNode, **changes: tuple[Any, Any]) -> None:
    audit.record(by, f"{_word(node)}.{action}", node, changes=changes)
