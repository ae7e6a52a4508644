"""Recompute runs for the admin: how they went, and how far the one at work is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from analytics.runs.enums import ChunkState, RunState, RunStep
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute
from org.models.people import Person

# With no run published for this long, the figures that are stored are out of date.
STALE_AFTER = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a run: how many of its parts are over, and what they took and stored."""

    label: str
    finished: int
    total: int
    given_up: int
    stored: int
    worked: timedelta | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run with its progress; ``steps`` in the order in which they are done."""

    run: RecomputeRun
    progress: recompute.RunProgress
    steps: list[StepLine]
    given_up: list[RecomputeChunk]
    took: timedelta

    @property
    def is_running(self) -> bool:
        return self.run.state == RunState.RUNNING

    @property
    def times(self) -> int:
        """How often everything was computed."""
        return self.run.restarts + 1

    @property
    def doing(self) -> str:
        step = self.progress.step
        return step.label if step else "Finished"

    @property
    def lasted(self) -> str:
        return lasting(self.took)


def runs_seen_by(viewer: Person) -> QuerySet[RecomputeRun]:
    """Return the runs the viewer may see, newest first, with the numbers of their parts."""
    over = Q(chunks__state__in=recompute.FINISHED)
    given_up = Q(chunks__state=ChunkState.QUARANTINED)
    return (
        RecomputeRun.objects.visible_to(viewer)
        .select_related("requested_by")
        .annotate(
            parts=Count("chunks"),
            parts_over=Count("chunks", filter=over),
            parts_given_up=Count("chunks", filter=given_up),
        )
        .order_by("-created_at", "-pk")
    )


def run_page(run: RecomputeRun, *, now: datetime) -> RunPage:
    """Return how far a run is, step by step."""
    chunks = RecomputeChunk.objects.filter(run=run)
    rows: QuerySet = (
        chunks.order_by()
        .values("step")
        .annotate(
            total=Count("pk"),
            finished=Count("pk", filter=Q(state__in=recompute.FINISHED)),
            given_up=Count("pk", filter=Q(state=ChunkState.QUARANTINED)),
            stored=Sum("rows"),
            worked=Sum(F("finished_at") - F("started_at"), filter=Q(state=ChunkState.DONE)),
        )
    )
    by_step = {row.pop("step"): row for row in rows}
    return RunPage(
        run=run,
        progress=recompute.progress(run),
        steps=[StepLine(step.label, **by_step[step]) for step in RunStep if step in by_step],
        given_up=list(chunks.filter(state=ChunkState.QUARANTINED)),
        took=(run.finished_at or now) - run.created_at,
    )


def is_stale(*, now: datetime) -> bool:
    """Whether what is stored by night is older than it should be, or was never computed."""
    newest = RecomputeRun.objects.published().values_list("moment", flat=True).first()
    return newest is None or now - newest > STALE_AFTER


def lasting(took: timedelta | None) -> str:
    """Return a length of time as "0.4 s", "42 s", "3 min 5 s" or "2 h 10 min"; "" for None."""
    if took is None:
        return ""
    seconds = took.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
