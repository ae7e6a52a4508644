"""Answers a repeated request as the first time, and runs its action once.

The deed and the note of its answer are one transaction, held together with a lock that the
database drops when the transaction ends in whatever way. A kill therefore leaves both or neither.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from org.models.people import Person
from org.models.tokens import KeptReply

KEPT = timedelta(hours=24)
PRUNED_AT_ONCE = 100


class StillAtWorkError(Exception):
    """The first request with this key has not been answered yet."""


class KeyReusedError(Exception):
    """The key was used with another request."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a body of JSON, and whether they were given before."""

    status: int
    body: Any
    repeated: bool = False


@transaction.atomic
def once(
    *, by: Person, key: str, fingerprint: str, at: datetime, action: Callable[[], Reply]
) -> Reply:
    """Run ``action`` and keep its reply, or return the reply that was kept for ``key``.

    An error of the deed is kept by nobody: nothing was done, so it can be tried again. Raises
    StillAtWorkError and KeyReusedError.
    """
    if not _locked(f"{by.pk}:{key}"):
        raise StillAtWorkError
    kept = KeptReply.objects.visible_to(by).filter(key=key).first()
    if kept is not None and kept.created_at > at - KEPT:
        if kept.fingerprint != fingerprint:
            raise KeyReusedError
        return Reply(kept.status, kept.body, repeated=True)
    if kept is not None:
        kept.delete()
    reply = action()
    KeptReply.objects.create(
        person=by,
        key=key,
        fingerprint=fingerprint,
        status=reply.status,
        body=reply.body,
        created_at=at,
    )
    _prune(at)
    return reply


def _locked(name: str) -> bool:
    """Return whether this transaction got the lock of that name; do not wait for another."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _prune(at: datetime) -> None:
    """Drop some of the replies that are too old; two requests that prune do not meet."""
    old = KeptReply.objects.select_for_update(skip_locked=True).filter(created_at__lte=at - KEPT)
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    if ids:
        KeptReply.objects.filter(pk__in=ids).delete()
