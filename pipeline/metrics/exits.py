"""Moves past the exits of stages."""

from decimal import Decimal


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
