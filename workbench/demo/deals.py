"""The state of all deals as arrays, and the logs of what happened to them."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WON, LOST = 5, 6
UNPRICED = -1
NEVER = -1
# What the owner says instead of the stage's category: index into this.
OVERRIDES = (None, "omitted", "pipeline", "best_case", "commit")
REASONS = ("", "Its owner left.", "Entered twice.")


@dataclass(slots=True)
class SimulatedDeals:
    """One array each, by deal number. Days are day numbers, amounts whole units of the currency.

    The fields down to ``archived`` are what the product records; the others move the simulation.
    """

    owner: Ints
    stage: Ints
    amount: Ints
    close_on: Ints
    override: Ints
    step: Ints
    step_on: Ints
    archived: Ints
    # Fixed at the creation.
    account: Ints
    source: Ints
    product: Ints
    created_on: Ints
    created_second: Ints
    created_by: Ints
    first_close_on: Ints
    # What nobody sees.
    quality: Floats
    length: Floats
    price: Ints
    duplicate: Flags
    foreign: Flags
    # What happened last.
    quiet: Flags
    touched_on: Ints
    entered_on: Ints
    entered_second: Ints
    lost_reason: Ints
    pushes: Ints

    def take(self, chosen: NDArray[np.int64]) -> "SimulatedDeals":
        """Return a copy of the chosen deals, in that order."""
        return SimulatedDeals(
            **{f.name: getattr(self, f.name)[chosen].copy() for f in fields(self)}
        )


TRACKED = ("owner", "stage", "amount", "close_on", "override", "step", "step_on", "archived")


@dataclass(slots=True)
class Log:
    """Columns that grow by a piece a day; ``joined`` makes each one array."""

    columns: tuple[str, ...]
    pieces: list[tuple[NDArray[np.int32], ...]] = field(default_factory=list)

    def add(self, **piece: NDArray[Any] | int) -> None:
        rows = max(np.size(column) for column in piece.values())
        self.pieces.append(
            tuple(
                np.broadcast_to(np.asarray(piece[name], dtype=np.int32), rows)
                for name in self.columns
            )
        )

    def joined(self) -> dict[str, NDArray[np.int32]]:
        if not self.pieces:
            return {name: np.empty(0, dtype=np.int32) for name in self.columns}
        return {
            name: np.concatenate([piece[n] for piece in self.pieces])
            for n, name in enumerate(self.columns)
        }


VERSION_COLUMNS = ("deal", "day", "second", *TRACKED, "by", "reason")
ACTIVITY_COLUMNS = ("deal", "account", "person", "day", "second", "kind", "subject", "contact")
