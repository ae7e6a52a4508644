"""Steps and states of recompute runs."""

from enum import StrEnum

from kit.enums import Labelled


class Trigger(StrEnum):
    """What started a recompute run."""

    SCHEDULE = "schedule"
    PAGE = "page"
    COMMAND = "command"


class RunState(Labelled):
    RUNNING = "running"
    DONE = "done"
    EXCEPTIONS = "exceptions", "Done, with exceptions"


class RunStep(Labelled):
    """What a recompute run does, in this order; parts of one phase run at the same time."""

    PLAN = "plan", "Planning the parts"
    ATTAINMENT = "attainment"
    NORMS = "norms", "What won deals teach"
    BACKTEST = "backtest", "Forecasts as they would have been"
    FORECAST = "forecast", "Forecasts"


# A part starts when no part of an earlier phase is left.
PHASES = dict.fromkeys(RunStep, 1) | {RunStep.PLAN: 0, RunStep.FORECAST: 2}


class ChunkState(Labelled):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    QUARANTINED = "quarantined", "Given up"
