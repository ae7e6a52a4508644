"""The columns of the recompute runs and of a run's steps and parts."""

from analytics.runs.enums import RUN_STATE_LABELS, ChunkState, RunState, Trigger
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.reports import StepLine, lasting
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


def _lasted(row: RecomputeRun | RecomputeChunk | StepLine) -> str:
    return lasting(row.took)


RUNS = [
    Column(
        key="as_of",
        label="As of",
        kind="day",
        sort="as_of",
        href=RecomputeRun.get_absolute_url,
    ),
    Column(
        key="state",
        label="State",
        kind="badge",
        sort="state",
        value=lambda run: RUN_STATE_LABELS[run.state],
        tone=lambda run: RUN_TONES[run.state],
    ),
    Column(
        key="is_current",
        label="In use",
        value=lambda run: "In use" if run.is_current else "",
        note="Pages show the run in use for their day.",
    ),
    Column(key="created_at", label="Started", kind="moment", sort="created_at"),
    Column(key="asked_by", label="Started by", sort="requested_by__full_name", value=_asked_by),
    Column(key="lasted", label="Took", value=_lasted, align="end"),
    Column(key="parts_over", label="Parts finished", kind="count", sort="parts_over"),
    Column(key="parts", label="Parts", kind="count", sort="parts"),
    Column(key="parts_given_up", label="Given up", kind="count", sort="parts_given_up"),
]
STEPS = [
    Column(key="label", label="Step"),
    Column(key="finished", label="Parts finished", kind="count"),
    Column(key="total", label="Parts", kind="count"),
    Column(key="rows", label="Rows stored", kind="count"),
    Column(key="took", label="Work", value=_lasted, align="end"),
]
PARTS = [
    Column(key="step", label="Step", value=RecomputeChunk.get_step_display),
    Column(key="label", label="Part"),
    Column(
        key="state",
        label="State",
        kind="badge",
        value=RecomputeChunk.get_state_display,
        tone=lambda part: PART_TONES[part.state],
    ),
    Column(key="attempts", label="Attempts", kind="count"),
    Column(key="rows", label="Rows stored", kind="count"),
    Column(key="lasted", label="Took", value=_lasted, align="end"),
    Column(key="worker", label="Worker"),
]
