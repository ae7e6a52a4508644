"""Reading many figures, of one page or one nightly part, from one state of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_state(*, read_only: bool = True) -> Iterator[None]:
    """Make every read inside the block see the same state, whatever commits meanwhile.

    Parts could not add up to their whole otherwise. Inside a transaction that is already open,
    its own isolation holds.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            access = "READ ONLY" if read_only else "READ WRITE"
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, {access}")
        yield
