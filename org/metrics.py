"""Quotas, stays in teams, and trees whose branches move by date. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from org.enums import SubjectKind


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a team from ``since`` up to, and not including, ``until`` (None: still there)."""

    team: int
    since: date
    until: date | None

    @classmethod
    def read(cls, team: int, since: str, until: str | None) -> "Stay":
        """Return the seat from JSON, as a statement about other rows carries it along."""
        return cls(team, date.fromisoformat(since), date.fromisoformat(until) if until else None)

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


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


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whose number it is. ``pk`` is the row's id; 0 for everyone together."""

    kind: SubjectKind
    pk: int = 0


@dataclass(frozen=True, slots=True)
class ResolvedQuota:
    """A quota as it resolves, in cents or cases; not ``complete`` where parts of it are missing."""

    amount: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class FiscalSpan:
    """A fiscal period with those it is made of: a year's quarters, a quarter's months."""

    pk: int
    last_day: date
    parts: tuple["FiscalSpan", ...] = ()

    def all(self) -> list["FiscalSpan"]:
        """Return the period and all its parts."""
        return [self, *(each for part in self.parts for each in part.all())]

    def ids(self) -> list[int]:
        """Return the ids of the period and of all its parts."""
        return [each.pk for each in self.all()]


@dataclass(frozen=True, slots=True)
class QuotaBook:
    """The quotas of one measure as they were at one moment, with who belonged where.

    ``rows`` holds the amount, in cents or cases, of each (subject, period id) that has one;
    withdrawn quotas are left out. ``teams`` and ``territories`` are the trees with their past.
    ``team_on`` answers with the team that a person's quota counts for on a day, None outside of
    any; it is asked for days up to ``as_of``.
    """

    rows: Mapping[tuple[Subject, int], int]
    teams: DatedTree
    team_on: Callable[[int, date], int | None]
    as_of: date
    territories: DatedTree = field(default_factory=DatedTree)

    def day_of(self, span: "FiscalSpan") -> date:
        """Return the day whose teams and territories a quota of the period counts for."""
        return min(span.last_day, self.as_of)

    def people(self) -> set[int]:
        """Return the ids of everybody who has a quota of their own."""
        return {subject.pk for subject, _ in self.rows if subject.kind is SubjectKind.PERSON}


@dataclass(frozen=True, slots=True)
class QuotaPart:
    """A quota that was set, as far as it counts in a sum: whose, for which period, how much.

    ``amount`` is in cents or cases. It is not ``complete`` where the subject has no quota for
    another part of the period that is asked about.
    """

    subject: Subject
    span: FiscalSpan
    amount: int
    complete: bool = True


# The parts of people's quotas that each team (None: outside of any) carries, for each stretch of
# days in which the tree of teams stays the same, by its first day.
Placed = Mapping[tuple[date, int | None], Sequence[QuotaPart]]


def resolved_quota(
    subject: Subject, span: FiscalSpan, book: QuotaBook, *, placed: Placed | None = None
) -> ResolvedQuota | None:
    """Return the quota of a subject for a period: the sum of its parts, None without any.

    A sum is not ``complete`` when a part of the period has no quota while another has. See
    ``quota_parts`` for what counts.
    """
    return sum_of_parts(quota_parts(subject, span, book, placed=placed))


def quota_parts(
    subject: Subject, span: FiscalSpan, book: QuotaBook, *, placed: Placed | None = None
) -> list[QuotaPart]:
    """Return the quotas that were set and that a subject's quota for a period is the sum of.

    A subject's own row for exactly the period counts. Without one, its rows for the parts of the
    period are added up. A team without rows of its own has the sum of what its people and the
    teams in it have, a territory that of the territories in it; everyone together have the sum
    over the top teams and the people outside of any. A person's quota counts for the team that
    the person is in on the last day of that quota's period, or on the as-of day if that is
    earlier, a leaver's for the team that they left from, until it is withdrawn; a team's for the
    team that it lies in on that day.

    ``placed`` is what ``placed_quotas`` returns, computed where not given.
    """
    own = own_parts(subject, span, book)
    if own or subject.kind is SubjectKind.PERSON:
        return own
    if subject.kind is SubjectKind.TERRITORY:
        placed = {}
    elif placed is None:
        placed = placed_quotas(span, book)
    stretches = _stretches(span, book, _tree(subject, book))
    if subject.kind is not SubjectKind.EVERYONE:
        return [part for day in stretches for part in _in_stretch(subject, day, span, book, placed)]
    with_any = {pk.pk for pk, _ in book.rows if pk.kind is SubjectKind.TEAM}
    with_any |= {team for _, team in placed if team is not None}
    found: list[QuotaPart] = []
    for since in stretches:
        for top in sorted({book.teams.top(team, since) for team in with_any}):
            found += _in_stretch(Subject(SubjectKind.TEAM, top), since, span, book, placed)
        found += placed.get((since, None), ())
    return found


def own_quota(subject: Subject, span: FiscalSpan, book: QuotaBook) -> ResolvedQuota | None:
    """Return the quota from the subject's own rows: the period's, else the sum of its parts'."""
    return sum_of_parts(own_parts(subject, span, book))


def own_parts(subject: Subject, span: FiscalSpan, book: QuotaBook) -> list[QuotaPart]:
    """Return the subject's own rows that make up its quota for the period."""
    leaves = list(_leaves(subject, span, book))
    known = [(leaf, amount) for leaf, amount in leaves if amount is not None]
    complete = len(known) == len(leaves)
    return [QuotaPart(subject, leaf, amount, complete) for leaf, amount in known]


def placed_quotas(span: FiscalSpan, book: QuotaBook) -> Placed:
    """Return what parts of people's quotas each team carries; see Placed.

    A mover's months may count for two teams; over all teams the parts add up to the person's
    quota.
    """
    placed: dict[tuple[date, int | None], list[QuotaPart]] = {}
    for person in sorted(book.people()):
        for part in own_parts(Subject(SubjectKind.PERSON, person), span, book):
            day = book.day_of(part.span)
            carrying = book.teams.since(day), book.team_on(person, day)
            placed.setdefault(carrying, []).append(part)
    return placed


def quotas_by_person(
    span: FiscalSpan, book: QuotaBook, *, team: int | None
) -> dict[int, ResolvedQuota]:
    """Return each person's quota, or the part of it that counts for a team; see placed_quotas."""
    if team is None:
        whole = {pk: own_quota(Subject(SubjectKind.PERSON, pk), span, book) for pk in book.people()}
        return {pk: target for pk, target in whole.items() if target is not None}
    return carried(placed_quotas(span, book), lambda day: book.teams.inside(team, day))


def carried(
    placed: Placed, teams: Callable[[date], Collection[int | None]]
) -> dict[int, ResolvedQuota]:
    """Return the part of each person's quota that the teams carry; they are asked for by day."""
    found: dict[int, list[QuotaPart]] = {}
    for part in carried_parts(placed, teams):
        found.setdefault(part.subject.pk, []).append(part)
    sums = {person: sum_of_parts(parts) for person, parts in found.items()}
    return {person: target for person, target in sums.items() if target is not None}


def carried_parts(
    placed: Placed, teams: Callable[[date], Collection[int | None]]
) -> Iterator[QuotaPart]:
    """Yield the parts of people's quotas that the teams carry; they are asked for by day."""
    for (since, team), parts in placed.items():
        if team in teams(since):
            yield from parts


def sum_of_parts(parts: Sequence[QuotaPart]) -> ResolvedQuota | None:
    """Return the sum of the parts; None of none."""
    if not parts:
        return None
    return ResolvedQuota(sum(part.amount for part in parts), all(part.complete for part in parts))


def summed_targets(targets: Iterable[ResolvedQuota | None]) -> ResolvedQuota | None:
    """Return the sum of those that are there; None where none is."""
    known = [target for target in targets if target is not None]
    if not known:
        return None
    return ResolvedQuota(
        sum(target.amount for target in known), complete=all(target.complete for target in known)
    )


def _in_stretch(
    subject: Subject, since: date, span: FiscalSpan, book: QuotaBook, placed: Placed
) -> list[QuotaPart]:
    """Return what of the subject's quota counts in the stretch of days that begins on ``since``."""
    tree = _tree(subject, book)
    if own := own_parts(subject, span, book):
        return [part for part in own if tree.since(book.day_of(part.span)) == since]
    parents = tree.parents(since)
    inside = [Subject(subject.kind, pk) for pk, parent in parents.items() if parent == subject.pk]
    found = [part for each in inside for part in _in_stretch(each, since, span, book, placed)]
    return [*found, *placed.get((since, subject.pk), ())]


def _tree(subject: Subject, book: QuotaBook) -> DatedTree:
    return book.territories if subject.kind is SubjectKind.TERRITORY else book.teams


def _stretches(span: FiscalSpan, book: QuotaBook, tree: DatedTree) -> list[date]:
    """Return the first days of the stretches for which quotas of the period count."""
    return sorted({tree.since(book.day_of(each)) for each in span.all()})


def _leaves(
    subject: Subject, span: FiscalSpan, book: QuotaBook
) -> Iterator[tuple[FiscalSpan, int | None]]:
    """Yield the subject's rows for a period or its parts, None for a part that has none."""
    exact = book.rows.get((subject, span.pk))
    if exact is not None or not span.parts:
        yield span, exact
        return
    for part in span.parts:
        yield from _leaves(subject, part, book)
