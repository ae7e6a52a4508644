"""Tell the database who reads, for rows that only some people may see."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from org.models.people import Person


@contextmanager
def reading_as(viewer: Person) -> Iterator[None]:
    """Let the block see and write what is the viewer's to see, and nobody else's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('salesmgr.viewer', true),"
            " set_config('salesmgr.viewer', %s, true)",
            [str(viewer.pk)],
        )
        before, _ = cursor.fetchone()
        yield
        cursor.execute("SELECT set_config('salesmgr.viewer', %s, true)", [before or ""])
