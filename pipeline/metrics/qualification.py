"""How well a deal is qualified."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """An element that must be scored at least ``minimum`` once a deal stands at ``order``."""

    element: int
    minimum: int
    order: int


def qualification_total(scores: Mapping[int, int], elements: list[int]) -> tuple[int, int]:
    """Return the points of these elements, and how many there could be; unscored is 0."""
    return sum(scores.get(element, 0) for element in elements), MOST * len(elements)


def qualification_gaps(
    scores: Mapping[int, int], demands: list[Demand], *, order: int
) -> dict[int, int]:
    """Return the elements below what is demanded by a stage at this place: the highest minimum.

    Demands of stages that come later do not count yet.
    """
    due: dict[int, int] = {}
    for demand in demands:
        if demand.order <= order:
            due[demand.element] = max(demand.minimum, due.get(demand.element, 0))
    return {element: least for element, least in due.items() if scores.get(element, 0) < least}
