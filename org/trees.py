"""Trees whose branches move by date: what is in what on which day. Pure."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

# The day from which on something lies where it was put when it was made.
BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class DatedPlacement:
    """A node is in ``parent`` from ``since`` up to, and not including, ``until``."""

    node: int
    parent: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TreeSpan:
    """Days [start, end) on which ``inside`` stays the same; None is open."""

    start: date | None
    end: date | None
    inside: frozenset[int]


class DatedTree:
    """A forest of ids with its past. What has no placing on a day lies at the top."""

    def __init__(self, placings: Iterable[DatedPlacement] = ()) -> None:
        self.placings: Sequence[DatedPlacement] = tuple(placings)
        days = {placing.since for placing in self.placings}
        days |= {placing.until for placing in self.placings if placing.until is not None}
        self._starts = sorted(days | {date.min})
        self._trees: dict[date, Mapping[int, int]] = {}
        self._inside: dict[tuple[int, date], frozenset[int]] = {}

    @classmethod
    def still(cls, parents: Mapping[int, int | None]) -> "DatedTree":
        """Return a tree, given as child -> parent, in which nothing ever moved."""
        return cls(
            DatedPlacement(node, parent, BEGINNING)
            for node, parent in parents.items()
            if parent is not None
        )

    def among(self, nodes: Collection[int]) -> "DatedTree":
        """Return the part of the tree that these nodes make."""
        return DatedTree(p for p in self.placings if p.node in nodes and p.parent in nodes)

    def since(self, day: date) -> date:
        """Return the first day of those around ``day`` on which the tree stays the same."""
        return self._starts[bisect_right(self._starts, day) - 1]

    def starts(self, start: date, end: date) -> list[date]:
        """Return ``start`` and every later day before ``end`` on which the tree changes."""
        return [start, *(day for day in self._starts if start < day < end)]

    def parents(self, day: date) -> Mapping[int, int]:
        """Return child -> parent on a day, for all that do not lie at the top."""
        since = self.since(day)
        if since not in self._trees:
            self._trees[since] = {
                placing.node: placing.parent
                for placing in self.placings
                if placing.since <= since and (placing.until is None or since < placing.until)
            }
        return self._trees[since]

    def inside(self, root: int, day: date) -> frozenset[int]:
        """Return the node and everything that is in it, at any depth, on a day."""
        key = root, self.since(day)
        if key not in self._inside:
            self._inside[key] = frozenset(below(self.parents(day), {root}))
        return self._inside[key]

    def ever_inside(self, root: int) -> frozenset[int]:
        """Return the node and everything that was in it on some day."""
        return frozenset().union(*(self.inside(root, day) for day in self._starts))

    def children(self, node: int, start: date, end: date) -> set[int]:
        """Return what lay in the node itself on some day of [start, end)."""
        return {
            child
            for day in self.starts(start, end)
            for child, parent in self.parents(day).items()
            if parent == node
        }

    def top(self, node: int, day: date) -> int:
        """Return what the node is in on a day, outermost."""
        parents = self.parents(day)
        while node in parents:
            node = parents[node]
        return node

    def stretches(self, root: int, start: date | None, end: date | None) -> list[TreeSpan]:
        """Return what is in the node, day for day from ``start`` to ``end``, in as few parts as
        can be."""
        days = self.starts(start or date.min, end or date.max)
        found: list[TreeSpan] = []
        for day in days:
            inside = self.inside(root, day)
            if not found or found[-1].inside != inside:
                found.append(TreeSpan(day if day > date.min else None, end, inside))
        following = [stretch.start for stretch in found[1:]]
        return [
            TreeSpan(stretch.start, until, stretch.inside)
            for stretch, until in zip(found, [*following, end], strict=True)
        ]


def below(parents: Mapping[int, int | None] | Mapping[int, int], roots: set[int]) -> set[int]:
    """Return ``roots`` and everything below them in a tree given as child -> parent."""
    children: dict[int, list[int]] = {}
    for child, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(child)
    found, waiting = set(), list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(children.get(node, ()))
    return found
