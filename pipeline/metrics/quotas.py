"""How a quota resolves from the rows that are set: own, from parts, or rolled up from people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.enums import SubjectKind
from pipeline.metrics.attainment import Subject, Target


@dataclass(frozen=True, slots=True)
class Span:
    """A fiscal period with those it is made of: a year's quarters, a quarter's months."""

    pk: int
    last_day: date
    parts: tuple["Span", ...] = ()

    def ids(self) -> list[int]:
        """Return the ids of the period and of all its parts."""
        return [self.pk, *(pk for part in self.parts for pk in part.ids())]


@dataclass(frozen=True, slots=True)
class QuotaBook:
    """The quotas of one measure as they stood at one moment, with who belonged where.

    ``rows`` holds the amount, in cents or cases, of each (subject, period id) that has one;
    withdrawn quotas are left out. ``parents`` is the tree of teams, child -> parent, and
    ``territories`` that of territories.
    ``team_on`` answers with the team that a person's quota counts for on a day, None outside of
    any; it is asked for days up to ``as_of``.
    """

    rows: Mapping[tuple[Subject, int], int]
    parents: Mapping[int, int | None]
    team_on: Callable[[int, date], int | None]
    as_of: date
    territories: Mapping[int, int | None] = field(default_factory=dict)

    def people(self) -> set[int]:
        """Return the ids of everybody who has a quota of their own."""
        return {subject.pk for subject, _ in self.rows if subject.kind is SubjectKind.PERSON}


# For each team (None: outside of any), what part of whose quota it carries.
Placed = Mapping[int | None, Mapping[int, Target]]


def resolved_quota(
    subject: Subject, span: Span, book: QuotaBook, *, placed: Placed | None = None
) -> Target | None:
    """Return the quota of a subject for a period, or None where there is nothing to add up.

    A subject's own row for exactly the period counts. Without one, its rows for the parts of the
    period are added up. A team without rows of its own has the sum of what its people and the
    teams in it have, a territory that of the territories in it; everyone together have the sum
    over the top teams and the people outside of any. A person's quota counts for the team that
    the person is in on the last day of that quota's period, or on the as-of day if that is
    earlier; a leaver's for the team that they left from, until it is withdrawn.

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
    tops = [Subject(SubjectKind.TEAM, pk) for pk, parent in book.parents.items() if parent is None]
    outside = placed.get(None, {}).values()
    return summed_targets([*(_rolled_up(top, span, book, placed) for top in tops), *outside])


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
    """Return for each team (None: outside of any) what part of each person's quota it carries.

    A mover's months may count for two teams; over all teams the parts add up to the person's
    quota.
    """
    placed: dict[int | None, dict[int, Target]] = {}
    for person in sorted(book.people()):
        subject = Subject(SubjectKind.PERSON, person)
        whole = own_quota(subject, span, book)
        if whole is None:
            continue
        for leaf, amount in _leaves(subject, span, book):
            team = book.team_on(person, min(leaf.last_day, book.as_of))
            carried = placed.setdefault(team, {})
            before = carried[person].amount if person in carried else 0
            carried[person] = Target(before + amount, complete=whole.complete)
    return placed


def quotas_by_person(
    span: Span, book: QuotaBook, *, teams: Collection[int] | None
) -> dict[int, Target]:
    """Return each person's quota, or the part of it that these teams carry; see placed_quotas."""
    if teams is None:
        whole = {pk: own_quota(Subject(SubjectKind.PERSON, pk), span, book) for pk in book.people()}
        return {pk: target for pk, target in whole.items() if target is not None}
    found: dict[int, Target | None] = {}
    for team, carried in placed_quotas(span, book).items():
        if team in teams:
            for person, target in carried.items():
                found[person] = summed_targets([found.get(person), target])
    return {pk: target for pk, target in found.items() if target is not None}


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
    tree = book.parents if subject.kind is SubjectKind.TEAM else book.territories
    inside = [Subject(subject.kind, pk) for pk, parent in tree.items() if parent == subject.pk]
    return summed_targets(
        [
            *(_rolled_up(child, span, book, placed) for child in inside),
            *placed.get(subject.pk, {}).values(),
        ]
    )


def _leaves(subject: Subject, span: Span, book: QuotaBook) -> Sequence[tuple[Span, int]]:
    """Return the rows that make up a subject's quota, each with its period."""
    exact = book.rows.get((subject, span.pk))
    if exact is not None:
        return [(span, exact)]
    return [leaf for part in span.parts for leaf in _leaves(subject, part, book)]
