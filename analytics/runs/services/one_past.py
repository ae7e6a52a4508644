"""Whether all parts of a recompute run saw one past, so that it may be published.

Each part reads one state of the database, but the parts read it at different times. What is
written for a moment after the run's does not matter to it; what changes the run's past does. The
database notes such writes (pipeline/deals/sql/note_write.sql), and a run compares what its plan
knew with what is noted when its last part is done.
"""

from datetime import timedelta

from django.db import connection

from analytics.runs.enums import ChunkState, RunStep
from analytics.runs.models import RecomputeChunk, RecomputeRun
from pipeline.deals.models.deals import PastWrite

# How often a run is planned anew before it is published with its doubt.
MOST_RESTARTS = 2
# No transaction that a run can meet is older than this; notes are kept twice as long.
REACH = timedelta(hours=12)

# Everybody who has numbers has a row of their own for bookings and deals won, so these add up.
DISAGREEING = """
SELECT count(*) FROM (
    SELECT period_id, measure,
           sum(actual) FILTER (WHERE person_id IS NOT NULL) AS people,
           sum(actual) FILTER (WHERE person_id IS NULL AND team_id IS NULL) AS everyone
      FROM analytics_attainmentsnapshot
     WHERE run_id = %s AND measure IN ('bookings', 'deals_won')
     GROUP BY period_id, measure) sums
 WHERE coalesce(people, 0) <> coalesce(everyone, 0)
"""


def begin(run: RecomputeRun) -> None:
    """Remember what the plan knows, in the transaction that plans the parts."""
    PastWrite.objects.filter(noted_at__lt=run.created_at - 2 * REACH).delete()
    run.past_writes = _noted(run)
    RecomputeRun.objects.filter(pk=run.pk).update(past_writes=run.past_writes)


def doubt_about(run: RecomputeRun) -> str:
    """Return why the parts of a run, which are all finished, do not belong together; "" if they do.

    Parts that were given up are told apart from this, and without a plan there are none.
    """
    if run.past_writes is None:
        return ""
    if _noted(run) != run.past_writes:
        return "Deals, teams, quotas or the calendar of the past were changed while it computed."
    given_up = run.chunks.filter(state=ChunkState.QUARANTINED)
    if given_up.filter(step=RunStep.ATTAINMENT).exists():
        return ""
    with connection.cursor() as cursor:
        cursor.execute(DISAGREEING, [run.pk])
        (sums,) = cursor.fetchone()
    return f"In {sums} sums people do not add up to everyone." if sums else ""


def plan_anew(run: RecomputeRun) -> RecomputeChunk:
    """Throw the parts of a run away; return the part that plans them again, not yet written."""
    run.restarts += 1
    run.past_writes = None
    run.save(update_fields=["restarts", "past_writes"])
    run.chunks.all().delete()
    return RecomputeChunk(step=RunStep.PLAN, label=f"What there is to do, again ({run.restarts})")


def _noted(run: RecomputeRun) -> int:
    found = PastWrite.objects.filter(noted_at__gt=run.created_at - REACH, since__lte=run.moment)
    return found.count()
