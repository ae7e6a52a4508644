"""The columns of the recompute runs and of a run's steps and parts."""

from analytics.runs.enums import ChunkState, RunState, Trigger
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.reports import lasting
from kit.tables import Column

RUN_TONES = {RunState.RUNNING: "plan", RunState.DONE: "good", RunState.EXCEPTIONS: "warn"}
PART_TONES = {
    ChunkState.WAITING: "neutral",
    ChunkState.WORKING: "plan",
    ChunkState.DONE: "good",
    ChunkState.QUARANTINED: "bad",
}
WORDS = {Trigger.SCHEDULE: "The schedule", Trigger.COMMAND: "The command line"}


def _asked_by(run: RecomputeRun) -> str:
    return run.requested_by.full_name if run.requested_by else WORDS[Trigger(run.trigger)]


def _lasted(row: RecomputeRun | RecomputeChunk) -> str:
    return lasting(row.took)


RUNS = [
    Column("as_of", "As of", "day", sort="as_of", href=RecomputeRun.get_absolute_url),
    Column(
        "state",
        "State",
        "badge",
        "get_state_display",
        sort="state",
        tone=lambda run: RUN_TONES[run.state],
    ),
    Column(
        "is_current",
        "In use",
        value=lambda run: "In use" if run.is_current else "",
        note="Pages show the run in use for their day.",
    ),
    Column("created_at", "Started", "moment", sort="created_at"),
    Column("asked_by", "Started by", value=_asked_by, sort="requested_by__full_name"),
    Column("lasted", "Took", value=_lasted, align="end"),
    Column("parts_over", "Parts finished", "count", sort="parts_over"),
    Column("parts", "Parts", "count", sort="parts"),
    Column("parts_given_up", "Given up", "count", sort="parts_given_up"),
]
STEPS = [
    Column("label", "Step"),
    Column("finished", "Parts finished", "count"),
    Column("total", "Parts", "count"),
    Column("stored", "Rows stored", "count"),
    Column("took", "Work", value=lambda step: lasting(step.worked), align="end"),
]
PARTS = [
    Column("step", "Step", value=RecomputeChunk.get_step_display),
    Column("label", "Part"),
    Column(
        "state",
        "State",
        "badge",
        RecomputeChunk.get_state_display,
        tone=lambda part: PART_TONES[part.state],
    ),
    Column("attempts", "Attempts", "count"),
    Column("rows", "Rows stored", "count"),
    Column("lasted", "Took", value=_lasted, align="end"),
    Column("worker", "Worker"),
]
