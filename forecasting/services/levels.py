"""The subjects of a run by level, people, teams, everyone, and how parts add up to each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from analytics.attainment.reports.attainment import EVERYONE
from analytics.runs.models import RecomputeChunk
from forecasting.models import OriginWorkings, OutcomeWorkings
from org.enums import SubjectKind
from org.metrics.quotas import Subject
from org.models.calendar import FiscalPeriod
from org.models.teams import Team, TeamPlacement
from org.models.trees import read_tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """Subjects that are forecast alike, and how the parts of persons in teams add up to each.

    Teams lie in each other as on the last day of the period, or the run's day if that is earlier.
    """

    subjects: tuple[Subject, ...]
    added: "Callable[[FiscalPeriod, Sequence[int], Sequence[int], ArrayLike], Floats]"
    pooled: bool = False


def levels(
    workings: Sequence[OriginWorkings],
    outcomes: Iterable[OutcomeWorkings],
    chunk: RecomputeChunk,
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
    import numpy as np

    ids = np.array(people, dtype=np.int64)

    def added(
        _: FiscalPeriod, people: Sequence[int], __: Sequence[int], values: "ArrayLike"
    ) -> "Floats":
        where = np.searchsorted(ids, np.array(people, dtype=np.int64))
        return np.bincount(where, np.asarray(values, dtype=float), len(ids)).astype(np.float64)

    subjects = tuple(Subject(SubjectKind.PERSON, person) for person in people)
    return Level(subjects, added, pooled=True)


def _team_level(as_of: date) -> Level:
    import numpy as np

    tree = read_tree(TeamPlacement)
    ids = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    size = max(ids, default=0) + 1

    @cache
    def inside(since: date) -> "Floats":
        found = np.zeros((size, len(ids)))
        for place, team in enumerate(ids):
            found[list(tree.inside(team, since)), place] = 1.0
        return found

    def added(
        period: FiscalPeriod, _: Sequence[int], teams: Sequence[int], values: "ArrayLike"
    ) -> "Floats":
        of_team = np.bincount(
            np.array(teams, dtype=np.int64), np.asarray(values, dtype=float), size
        )
        summed: Floats = of_team @ inside(tree.since(min(period.period.last_day, as_of)))
        return summed

    return Level(tuple(Subject(SubjectKind.TEAM, team) for team in ids), added)


def everyone_level() -> Level:
    import numpy as np

    def added(
        _: FiscalPeriod, __: Sequence[int], ___: Sequence[int], values: "ArrayLike"
    ) -> "Floats":
        return np.array([float(np.sum(values))])

    return Level((EVERYONE,), added)
