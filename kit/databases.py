"""Telling a server that is away or busy from a fault of ours."""

from django.db import DatabaseError, InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisAwayError
from redis.exceptions import TimeoutError as RedisTimeoutError

# In seconds: locks and long statements are given up sooner than this.
RETRY_AFTER = 5
BUSY = "The database is busy or away for a moment. Nothing was changed; try again shortly."


def database_away(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be reached, or gave up waiting for a lock.

    A server that goes away in the middle of a statement is, to psycopg2, a DatabaseError of no
    further class. A statement that ran into its time limit counts too.
    """
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def server_away(error: BaseException | None) -> bool:
    """Whether an error says that the database or Redis is away or busy."""
    return database_away(error) or isinstance(error, RedisAwayError | RedisTimeoutError)
