"""The close dates that people state."""

import numpy as np
from numpy.typing import NDArray

from workbench.demo.days import SimulatedDays
from workbench.demo.deals import Floats, Ints

# Days that remain from the entry into a stage to the close, as a rep would guess them.
REMAINING = np.array([52.0, 41.0, 29.0, 19.0, 9.0])


def guessed_close(
    days: SimulatedDays,
    rng: np.random.Generator,
    *,
    today: NDArray[np.int64],
    stage: Ints,
    length: Floats,
    optimism: Floats,
) -> Ints:
    """Return the close dates that owners state: optimists too early, many a period's end."""
    remaining = REMAINING[np.minimum(stage, 4)] * length
    remaining = remaining * np.exp(rng.normal(0, 0.35, len(today)) - 0.22 * optimism)
    day = np.minimum(today + np.maximum(np.round(remaining), 3), days.count - 1).astype(np.int64)
    draw = rng.random(len(today))
    day = day + np.where(
        draw < 0.26, days.to_quarter_end[day], np.where(draw < 0.48, days.to_month_end[day], 0)
    )
    return np.minimum(day, days.count - 1).astype(np.int32)
