"""What workers are asked to do. Services do it; the database says what remains."""

from typing import Any

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from imports.services import progress as import_progress
from imports.services import runs as imports
from imports.services import work as import_work

# Several times what a file of the largest allowed size takes.
MOST_MINUTES = 50
DATABASE_AWAY = (OperationalError, InterfaceError)


class ImportTask(Task):
    """Puts an import whose work broke for good back to where a person can go on."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        reason = f"An unexpected error stopped it, nothing was changed: {exc}"
        if isinstance(exc, SoftTimeLimitExceeded):
            reason = f"It took over {MOST_MINUTES} minutes, so it was stopped. Split the file."
        import_work.stop(args[0], reason=reason)


@shared_task(
    base=ImportTask,
    autoretry_for=DATABASE_AWAY,
    retry_backoff=1,
    max_retries=10,
    soft_time_limit=MOST_MINUTES * 60,
    # A worker cannot be told to end during a statement, which may take ten minutes.
    time_limit=(MOST_MINUTES + 11) * 60,
)
def work_on_import(run_id: int) -> None:
    """Do the piece of work that the import waits for."""
    import_work.work_on(run_id, now=timezone.now(), progress=import_progress.shown(run_id))


@shared_task(autoretry_for=DATABASE_AWAY, retry_backoff=1, max_retries=3)
def hand_out_stale_imports() -> None:
    """Send again the imports that wait though nobody is at work on them."""
    imports.hand_out_stale(now=timezone.now())
