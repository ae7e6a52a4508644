"""What workers are asked to do by night. Services do it; the database says what remains."""

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from analytics.runs.services import recompute
from forecasting.services import nightly

# A lease outlives the hard limit, so that two workers are never at the same attempt.
HARD_LIMIT = settings.RECOMPUTE_LEASE_SECONDS * 5 // 6
SOFT_LIMIT = settings.RECOMPUTE_LEASE_SECONDS * 2 // 3
LONGEST_PAUSE = 30


@shared_task(bind=True, max_retries=10, time_limit=HARD_LIMIT, soft_time_limit=SOFT_LIMIT)
def nightly_chunk(self: Task, chunk_id: int, holding: int | None = None) -> None:
    """Do one part. Cut off from the database, go on with the same attempt when it is back."""
    try:
        nightly.work(chunk_id, clock=timezone.now, holding=holding)
    except nightly.Interrupted as cut:
        pause = min(2**self.request.retries, LONGEST_PAUSE)
        raise self.retry(args=(chunk_id, cut.attempt), countdown=pause) from cut


@shared_task
def nightly_start() -> None:
    """Start the run of the day that has ended, if it has not been started.

    A failure is made good by the next tick of the schedule, which asks the same; so below.
    """
    recompute.start_scheduled(now=timezone.now())


@shared_task
def nightly_reconcile() -> None:
    """Make good what killed workers and lost messages left undone."""
    recompute.reconcile(now=timezone.now())
