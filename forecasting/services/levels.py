"""The subjects of a run by level, people, teams, everyone, and how parts add up to each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from analytics.attainment.reports.attainment import EVERYONE
from analytics.runs.models import RecomputeChunk
from forecasting.arrays import ArrayLike, Floats, Ints, np
from forecasting.metrics.backtest import Scaled, whole_cents
from forecasting.models import DealWorkings, OriginWorkings, OutcomeWorkings
from org.enums import PeriodKind, SubjectKind
from org.metrics import Subject
from org.models.teams import Team, TeamPlacement
from org.models.trees import read_tree

# Numbers of persons in teams for a period.
Workings = OriginWorkings | OutcomeWorkings | DealWorkings


@dataclass(frozen=True, slots=True)
class Level:
    """Subjects that are forecast alike, and how the parts of persons in teams add up to each.

    Teams lie in each other as on the last day of the period, or the run's day if that is earlier.
    """

    subjects: tuple[Subject, ...]
    added: Callable[[Workings, ArrayLike], Floats]
    pooled: bool = False


def levels(
    workings: Sequence[OriginWorkings], outcomes: Iterable[OutcomeWorkings], chunk: RecomputeChunk
) -> list[Level]:
    """Return the levels of the part's subjects, each with all its subjects: errors are pooled.

    Persons are all who are named in a forecast or, by credit given to them since, in an outcome.
    """
    found = []
    if chunk.people:
        people = [row.people for row in workings] + [row.people for row in outcomes]
        found.append(_people_level(sorted(set(chunk.people).union(*people))))
    if chunk.team_id is not None:
        found.append(_team_level(chunk.run.as_of))
    return [*found, everyone_level()] if chunk.everyone else found


def _people_level(people: Sequence[int]) -> Level:
    ids = np.array(people, dtype=np.int64)

    def added(parts: Workings, values: ArrayLike) -> Floats:
        where = np.searchsorted(ids, np.array(parts.people, dtype=np.int64))
        return np.bincount(where, np.asarray(values, dtype=float), len(ids)).astype(np.float64)

    subjects = tuple(Subject(SubjectKind.PERSON, person) for person in people)
    return Level(subjects, added, pooled=True)


def _team_level(as_of: date) -> Level:
    tree = read_tree(TeamPlacement)
    ids = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    size = max(ids, default=0) + 1

    @cache
    def inside(since: date) -> Floats:
        found = np.zeros((size, len(ids)))
        for place, team in enumerate(ids):
            found[list(tree.inside(team, since)), place] = 1.0
        return found

    def added(parts: Workings, values: ArrayLike) -> Floats:
        teams = np.array(parts.teams, dtype=np.int64)
        of_team = np.bincount(teams, np.asarray(values, dtype=float), size)
        last_day = min(parts.period.period.last_day, as_of)
        summed: Floats = of_team @ inside(tree.since(last_day))
        return summed

    return Level(tuple(Subject(SubjectKind.TEAM, team) for team in ids), added)


def everyone_level() -> Level:
    return Level((EVERYONE,), lambda _, values: np.array([float(np.sum(values))]))


@dataclass(frozen=True, slots=True)
class Leading:
    """What was learned of quarters, by the day of the forecast: it leads that of their months."""

    by_day: dict[date, list[tuple[OriginWorkings, float, float, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, quarters: Sequence[OriginWorkings], corrected: Scaled) -> "Leading":
        found: dict[date, list[tuple[OriginWorkings, float, float, int]]] = {}
        rows = zip(
            quarters, corrected.open_ratio, corrected.new_ratio, corrected.periods, strict=True
        )
        for row, open_ratio, new_ratio, periods in rows:
            lesson = (row, float(open_ratio), float(new_ratio), int(periods))
            found.setdefault(row.made_on, []).append(lesson)
        return cls(found)

    def quarter(self, row: OriginWorkings) -> tuple[OriginWorkings, float, float, int] | None:
        """Return the quarter that a month is in with its ratios and past periods, if known."""
        if row.period.kind != PeriodKind.MONTH:
            return None
        for lesson in self.by_day.get(row.made_on, ()):
            quarter = lesson[0].period
            if quarter.start_on <= row.period.start_on < quarter.end_on:
                return lesson
        return None

    def ratios(self, rows: Sequence[OriginWorkings]) -> tuple[Floats, Floats]:
        """Return the ratios that lead those of each row; NaN where its own count."""
        found = [self.quarter(row) for row in rows]
        return (
            np.array([np.nan if lesson is None else lesson[1] for lesson in found]),
            np.array([np.nan if lesson is None else lesson[2] for lesson in found]),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A period among those of its quarter: the months ``before`` it, and what it reaches up to.

    ``upto`` is the quarter itself for its last month, which ends where the quarter does.
    """

    before: list[OriginWorkings]
    upto: list[OriginWorkings]


def place_of(row: OriginWorkings, rows: Sequence[OriginWorkings], leading: Leading) -> Place:
    """Return where a period of the run's day stands among those of the same kind and day."""
    lesson = leading.quarter(row)
    if lesson is None:
        return Place([], [row])
    quarter = lesson[0]
    before = [
        other
        for other in rows
        if other.made_on == row.made_on
        and quarter.period.start_on <= other.period.start_on < row.period.start_on
    ]
    is_last = row.period.end_on == quarter.period.end_on
    return Place(before, [quarter] if is_last else [*before, row])


def deal_cents(place: Place, deals: dict[int, DealWorkings], ratio: float) -> Ints:
    """Return what each open deal is expected to bring in a period, never more than it is worth."""

    def upto(rows: Sequence[OriginWorkings]) -> Ints:
        if not rows:
            return np.zeros(1, dtype=np.int64)
        cents = np.sum([deals[row.period_id].cents for row in rows], axis=0, dtype=float)
        worth = np.array(deals[rows[0].period_id].worth, dtype=float)
        return whole_cents(np.minimum(cents * ratio, worth))

    return upto(place.upto) - upto(place.before)


def new_cents(place: Place, row: OriginWorkings, ratio: float) -> Ints:
    """Return what each pair of ``row`` is expected to bring by deals that do not exist yet."""
    pairs = list(zip(row.people, row.teams, strict=True))

    def upto(rows: Sequence[OriginWorkings]) -> Ints:
        cents = np.zeros(len(pairs))
        for other in rows:
            keys = zip(other.people, other.teams, strict=True)
            found = dict(zip(keys, other.new, strict=True))
            cents += np.array([found.get(pair, 0.0) for pair in pairs])
        return whole_cents(cents * ratio)

    return upto(place.upto) - upto(place.before)
