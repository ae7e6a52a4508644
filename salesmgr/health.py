"""What a supervisor or a load balancer asks: does this process answer, and can it do its work."""

import logging
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# Applied migrations stay applied, and finding them out reads every migration file.
_migrated = False


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves requests, whatever becomes of its servers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database is there and migrated and Redis takes writes, else 503.

    The body has a line for each part, without the reason: that goes to the log alone.
    """
    answers = {
        "database": _answers(lambda: connection.cursor().execute("SELECT 1")),
        "migrations": _migrations(),
        "redis": _answers(lambda: cache.set("readyz", 1, timeout=10)),
    }
    lines = [f"{name}: {'ok' if good else 'failing'}\n" for name, good in answers.items()]
    status = 200 if all(answers.values()) else 503
    return HttpResponse("".join(lines), status=status, content_type="text/plain")


def _answers(question: Callable[[], object]) -> bool:
    try:
        question()
    except (DatabaseError, RedisError) as error:
        logger.warning("not ready: %s", error)
        return False
    return True


def _migrations() -> bool:
    global _migrated  # noqa: PLW0603 -- one fact for the life of the process
    if not _migrated:
        _migrated = _answers(_raise_if_unapplied)
    return _migrated


def _raise_if_unapplied() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DatabaseError("migrations are to be applied: manage.py migrate")
