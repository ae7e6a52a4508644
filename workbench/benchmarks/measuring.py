"""Timing what is compared, turn and turn about, so that a busy moment falls on both."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: the middle one, and the one that 19 of 20 stay under."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """A page and its plain-SQL floor on the same database; ``statements`` are the page's."""

    page: Timing
    floor: Timing
    statements: int

    @property
    def ratio(self) -> float:
        return self.page.median / self.floor.median


@dataclass(frozen=True, slots=True)
class Batch:
    """A long deed, measured once; ``floor_seconds`` is None where nothing compares with it."""

    title: str
    floor: str
    rows: int
    seconds: float
    peak_megabytes: int | None
    floor_seconds: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.seconds / self.floor_seconds if self.floor_seconds else None

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds


def timing(milliseconds: Sequence[float]) -> Timing:
    """Return the median and the 95th percentile, by the nearest rank."""
    ordered = sorted(milliseconds)
    return Timing(median(ordered), ordered[max(0, -(-len(ordered) * 95 // 100) - 1)])


def compare(
    page: Callable[[], object], floor: Callable[[], object], *, repetitions: int, warm_up: int = 3
) -> Measurement:
    """Run both often, after some runs that do not count, and count the page's statements once."""
    for _ in range(warm_up):
        page()
        floor()
    with CaptureQueriesContext(connection) as captured:
        page()
    # Counted now: the next request empties the log.
    statements = len(captured)
    pages, floors = [], []
    gc.collect()
    gc.disable()
    try:
        for _ in range(repetitions):
            pages.append(_milliseconds(page))
            floors.append(_milliseconds(floor))
    finally:
        gc.enable()
    return Measurement(timing(pages), timing(floors), statements)


def _milliseconds(job: Callable[[], object]) -> float:
    start = time.perf_counter_ns()
    job()
    return (time.perf_counter_ns() - start) / 1e6


def reset_peak() -> None:
    """Let the peak be counted from now on, where the system can (Linux)."""
    if _CLEAR.exists():
        _CLEAR.write_text(_RESET_PEAK)


def peak_megabytes() -> int | None:
    """Return the largest resident size since ``reset_peak``; None where that cannot be told."""
    if not _STATUS.exists():
        return None
    for line in _STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return None
