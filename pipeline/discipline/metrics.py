"""Qualification scores and the share of overrides."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

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


def override_share(overrides: int, *, moves: int) -> Decimal | None:
    """Return the share of the moves past an exit that lacked what it asks for.

    Name: Overrides
    Formula: overridden moves / moves past an exit
    Unit: a share
    Denominator: moves forward by page or API, to a later open stage of the pipeline or to a won
        one, past a stage that asked for something then; a deal created in a later stage is one,
        imports are none. A move past several stages counts once, for the one that the deal left
    Placed by: the moment of the move
    Credited to: who owned the deal then, and their team of that day
    Undefined: without a move past an exit
    Source: as stage-gate reviews count exceptions, against all that passed the gate
    """
    return Decimal(overrides) / moves if moves else None
