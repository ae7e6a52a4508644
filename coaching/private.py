"""The only door to private notes: it tells the database who reads, and the database decides."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from org.models.people import Person


@contextmanager
def reading_as(viewer: Person) -> Iterator[None]:
    """Let the block see and write the viewer's own private notes, and nobody else's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('salesmgr.viewer', %s, true)", [str(viewer.pk)])
        yield
        cursor.execute("SELECT set_config('salesmgr.viewer', '', true)")
