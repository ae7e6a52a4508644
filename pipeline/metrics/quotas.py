"""How a quota resolves from the rows that are set: own, from parts, or rolled up from people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from org.trees import DatedTree
from pipeline.enums import SubjectKind
from pipeline.metrics.attainment import Subject, Target


@dataclass(frozen=True, slots=True)
class Span:
    """A fiscal period with those it is made of: a year's quarters, a quarter's months."""

    pk: int
    last_day: date
    parts: tuple["Span", ...] = ()

    def all(self) -> list["Span"]:
        """Return the period and all its parts."""
        return [self, *(each for part in self.parts for each in part.all())]

    def ids(self) -> list[int]:
        """Return the ids of the period and of all its parts."""
        return [each.pk for each in self.all()]


@dataclass(frozen=True, slots=True)
class QuotaBook:
    """The quotas of one measure as they stood at one moment, with who belonged where.

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

    def day_of(self, span: "Span") -> date:
        """Return the day whose teams and territories a quota of the period counts for."""
        return min(span.last_day, self.as_of)

    def people(self) -> set[int]:
        """Return the ids of everybody who has a quota of their own."""
        return {subject.pk for subject, _ in self.rows if subject.kind is SubjectKind.PERSON}


# What part of whose quota each team (None: outside of any) carries, for each stretch of days in
# which the tree of teams stays the same, by its first day.
Placed = Mapping[tuple[date, int | None], Mapping[int, Target]]


def resolved_quota(
    subject: Subject, span: Span, book: QuotaBook, *, placed: Placed | None = None
) -> Target | None:
    """Return the quota of a subject for a period, or None where there is nothing to add up.

    A subject's own row for exactly the period counts. Without one, its rows for the parts of the
    period are added up. A team without rows of its own has the sum of what its people and the
    teams in it have, a territory that of the territories in it; everyone together have the sum
    over the top teams and the people outside of any. A person's quota counts for the team that
    the person is in on the last day of that quota's period, or on the as-of day if that is
    earlier, a leaver's for the team that they left from, until it is withdrawn; a team's for the
    team that it lies in on that day.

    A sum is not ``complete`` when a part of the period has no quota while another has.
    ``placed`` is what ``placed_quotas`` returns, computed where not given.
    """
    if subject.kind is SubjectKind.PERSON:
        return own_quota(subject, span, book)
    if subject.kind is SubjectKind.TERRITORY:
        return _rolled_up(subject, span, book, {})
    placed = placed_quotas(span, book) if placed is None else placed
    if subject.kind is SubjectKind.TEAM:
        return _rolled_up(subject, span, book, placed)
    with_any = {pk.pk for pk, _ in book.rows if pk.kind is SubjectKind.TEAM}
    with_any |= {team for _, team in placed if team is not None}
    found: list[Target | None] = []
    for since in _stretches(span, book, book.teams):
        tops = sorted({book.teams.top(team, since) for team in with_any})
        found += [
            _in_stretch(Subject(SubjectKind.TEAM, top), since, span, book, placed) for top in tops
        ]
        found += placed.get((since, None), {}).values()
    return summed_targets(found)


def own_quota(subject: Subject, span: Span, book: QuotaBook) -> Target | None:
    """Return the quota from the subject's own rows: the period's, else the sum of its parts'."""
    exact = book.rows.get((subject, span.pk))
    if exact is not None:
        return Target(exact)
    found = [own_quota(subject, part, book) for part in span.parts]
    known = summed_targets(found)
    if known is None or None not in found:
        return known
    return Target(known.amount, complete=False)


def placed_quotas(span: Span, book: QuotaBook) -> Placed:
    """Return what part of each person's quota each team carries; see Placed.

    A mover's months may count for two teams; over all teams the parts add up to the person's
    quota.
    """
    placed: dict[tuple[date, int | None], dict[int, Target]] = {}
    for person in sorted(book.people()):
        subject = Subject(SubjectKind.PERSON, person)
        whole = own_quota(subject, span, book)
        if whole is None:
            continue
        for leaf, amount in _leaves(subject, span, book):
            day = book.day_of(leaf)
            carried = placed.setdefault((book.teams.since(day), book.team_on(person, day)), {})
            before = carried[person].amount if person in carried else 0
            carried[person] = Target(before + amount, complete=whole.complete)
    return placed


def quotas_by_person(span: Span, book: QuotaBook, *, team: int | None) -> dict[int, Target]:
    """Return each person's quota, or the part of it that counts for a team; see placed_quotas."""
    if team is None:
        whole = {pk: own_quota(Subject(SubjectKind.PERSON, pk), span, book) for pk in book.people()}
        return {pk: target for pk, target in whole.items() if target is not None}
    return carried(placed_quotas(span, book), lambda day: book.teams.inside(team, day))


def carried(placed: Placed, teams: Callable[[date], Collection[int | None]]) -> dict[int, Target]:
    """Return the part of each person's quota that the teams carry; they are asked for by day."""
    found: dict[int, Target] = {}
    for (since, team), targets in placed.items():
        if team in teams(since):
            for person, target in targets.items():
                known = found.get(person)
                found[person] = Target(
                    target.amount + (known.amount if known else 0),
                    complete=target.complete and (known is None or known.complete),
                )
    return found


def summed_targets(targets: Iterable[Target | None]) -> Target | None:
    """Return the sum of those that are there; None where none is."""
    known = [target for target in targets if target is not None]
    if not known:
        return None
    return Target(
        sum(target.amount for target in known), complete=all(target.complete for target in known)
    )


def _rolled_up(subject: Subject, span: Span, book: QuotaBook, placed: Placed) -> Target | None:
    own = own_quota(subject, span, book)
    if own is not None:
        return own
    stretches = _stretches(span, book, _tree(subject, book))
    return summed_targets(_in_stretch(subject, day, span, book, placed) for day in stretches)


def _in_stretch(
    subject: Subject, since: date, span: Span, book: QuotaBook, placed: Placed
) -> Target | None:
    """Return what of the subject's quota counts in the stretch of days that begins on ``since``."""
    tree, own = _tree(subject, book), own_quota(subject, span, book)
    if own is not None:
        leaves = _leaves(subject, span, book)
        mine = [amount for leaf, amount in leaves if tree.since(book.day_of(leaf)) == since]
        return Target(sum(mine), complete=own.complete) if mine else None
    parents = tree.parents(since)
    inside = [Subject(subject.kind, pk) for pk, parent in parents.items() if parent == subject.pk]
    return summed_targets(
        [
            *(_in_stretch(child, since, span, book, placed) for child in inside),
            *placed.get((since, subject.pk), {}).values(),
        ]
    )


def _tree(subject: Subject, book: QuotaBook) -> DatedTree:
    return book.teams if subject.kind is SubjectKind.TEAM else book.territories


def _stretches(span: Span, book: QuotaBook, tree: DatedTree) -> list[date]:
    """Return the first days of the stretches for which quotas of the period count."""
    return sorted({tree.since(book.day_of(each)) for each in span.all()})


def _leaves(subject: Subject, span: Span, book: QuotaBook) -> Sequence[tuple[Span, int]]:
    """Return the rows that make up a subject's quota, each with its period."""
    exact = book.rows.get((subject, span.pk))
    if exact is not None:
        return [(span, exact)]
    return [leaf for part in span.parts for leaf in _leaves(subject, part, book)]
