"""How far the work on an import is: told by the cache, since the work is not yet committed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Shown:
    """What is being done, and how many rows of how many are done; no total where none is known."""

    phase: str
    done: int
    total: int

    @property
    def share(self) -> float | None:
        return self.done / self.total if self.total else None


def shown(run_id: int) -> Callable[[str, int, int], None]:
    """Return the function by which the work on a run tells how far it is."""

    def tell(phase: str, done: int, total: int) -> None:
        try:
            cache.set(_key(run_id), [phase, done, total], KEPT_SECONDS)
        except RedisError:
            # The work goes on; only its display stands still.
            logger.warning("the cache is away: the progress of import %s is not shown", run_id)

    return tell


def seen(run_id: int) -> Shown | None:
    """Return what the work last told, None where it has told nothing."""
    try:
        found = cache.get(_key(run_id))
    except RedisError:
        return None
    return Shown(*found) if found else None


def _key(run_id: int) -> str:
    return f"import-progress-{run_id}"
