"""How long a deal was in each stage."""

from collections.abc import Iterable
from datetime import datetime

SECONDS_A_DAY = 86_400


def days_by_stage(
    spans: Iterable[tuple[int, datetime, datetime]], *, until: datetime
) -> dict[int, float]:
    """Return the days that a deal was in each stage, over all its stays there.

    ``spans`` are (stage, from, to), half-open; one that lasts beyond ``until`` counts up to it,
    one that starts after it not at all.
    """
    found: dict[int, float] = {}
    for stage, start, end in spans:
        if start < until:
            days = (min(end, until) - start).total_seconds() / SECONDS_A_DAY
            found[stage] = found.get(stage, 0.0) + days
    return found
