"""Tell the database who changes deals, through which channel, why and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from org.models.people import Person

SETTINGS = ("person", "source", "reason", "moment", "rewrite_history", "own_versions")


@contextmanager
def writing(
    *,
    by: Person | None,
    source: str,
    reason: str = "",
    at: datetime | None = None,
    rewrite: bool = False,
    own_versions: bool = False,
) -> Iterator[None]:
    """Make every change of a deal inside the block carry its author, way and reason.

    ``source`` is "page", "api", "import" or "task". ``at`` gives the changes a time other than
    the clock's, not earlier than the deal's last change. ``rewrite`` lets an import write
    versions that lie in the past; it must end with ``check``. With ``own_versions`` too, the
    database writes no version for inserted deals: the import writes them all. Opens a transaction.
    """
    values = (
        str(by.pk) if by else "",
        source,
        reason[:1000],
        at.isoformat() if at else "",
        "on" if rewrite else "",
        "on" if own_versions else "",
    )
    # What is set ends with the transaction; only in one that goes on somebody else's come back.
    goes_on = connection.in_atomic_block
    with transaction.atomic():
        before = _settings() if goes_on else None
        _set(values)
        yield
        # Not in a finally: after an error the rollback of the block takes its settings back.
        if before is not None:
            _set(before)


def _settings() -> tuple[str, ...]:
    calls = ", ".join(f"current_setting('salesmgr.{name}', true)" for name in SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}")
        return tuple(value or "" for value in cursor.fetchone())


def _set(values: tuple[str, ...]) -> None:
    calls = ", ".join(f"set_config('salesmgr.{name}', %s, true)" for name in SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)


class BrokenHistoryError(Exception):
    """An import would leave a deal whose versions do not follow each other."""


def check(deal_ids: list[int] | None = None) -> None:
    """Raise BrokenHistoryError unless the versions of the deals (None: all) are unbroken chains."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deal_id, fault FROM pipeline_history_faults(%s) LIMIT 5", [deal_ids])
        if faults := cursor.fetchall():
            raise BrokenHistoryError("; ".join(f"deal {deal}: {fault}" for deal, fault in faults))
