"""Steps and states of recompute runs."""

from enum import StrEnum


class Trigger(StrEnum):
    """What started a recompute run."""

    SCHEDULE = "schedule"
    PAGE = "page"
    COMMAND = "command"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    EXCEPTIONS = "exceptions"


RUN_STATE_LABELS = {
    RunState.RUNNING: "Running",
    RunState.DONE: "Done",
    RunState.EXCEPTIONS: "Done, with exceptions",
}


class RunStep(StrEnum):
    """What a recompute run does, in this order; parts of one phase run at the same time."""

    PLAN = "plan"
    ATTAINMENT = "attainment"
    NORMS = "norms"
    BACKTEST = "backtest"
    FORECAST = "forecast"


STEP_LABELS = {
    RunStep.PLAN: "Planning the parts",
    RunStep.ATTAINMENT: "Attainment",
    RunStep.NORMS: "What won deals teach",
    RunStep.BACKTEST: "Forecasts as they would have been",
    RunStep.FORECAST: "Forecasts",
}
# A part starts when no part of an earlier phase is left.
PHASES = {
    RunStep.PLAN: 0,
    RunStep.ATTAINMENT: 1,
    RunStep.NORMS: 1,
    RunStep.BACKTEST: 1,
    RunStep.FORECAST: 2,
}


class ChunkState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    QUARANTINED = "quarantined"


CHUNK_STATE_LABELS = {
    ChunkState.WAITING: "Waiting",
    ChunkState.WORKING: "Working",
    ChunkState.DONE: "Done",
    ChunkState.QUARANTINED: "Given up",
}
