"""What the demo asks the servers itself, embedded ones and those that URLs name."""

import psycopg2
import redis

from salesmgr import embedded
from salesmgr.environment import env_text
from salesmgr.schema import refusal, was_made_by_another_version
from workbench.devstack.refusal import Refusal

# The table of people, which every installation fills first.
PEOPLE_TABLE = "org_person"


def connect() -> psycopg2.extensions.connection:
    """Return a connection of the application's role to its database."""
    config = embedded.database_config(env_text("DATABASE_URL"))
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    words = {ours: config[django] for django, ours in names.items() if config.get(django)}
    words |= {"port": config["PORT"]} if config.get("PORT") else {}
    words |= {"password": secret} if (secret := env_text("DATABASE_PASSWORD")) else {}
    return psycopg2.connect(**words, **config.get("OPTIONS", {}), connect_timeout=10)


def require_database() -> None:
    """Raise Refusal unless DATABASE_URL leads to a database."""
    try:
        connect().close()
    except (psycopg2.Error, ValueError) as error:
        reason = " ".join(str(error).split())
        raise Refusal(f"DATABASE_URL does not lead to a database: {reason}") from None


def require_redis() -> None:
    """Raise Refusal unless REDIS_URL leads to a server."""
    try:
        client = redis.Redis.from_url(env_text("REDIS_URL"), socket_connect_timeout=5)
        client.ping()
    except (redis.exceptions.RedisError, ValueError) as error:
        raise Refusal(f"REDIS_URL does not lead to a Redis server: {error}") from None
    client.close()


def require_known_schema() -> None:
    """Raise Refusal if the database was made by another version. Reads only."""
    connection = connect()
    try:
        with connection.cursor() as cursor:
            if was_made_by_another_version(cursor):
                raise Refusal(refusal())
    finally:
        connection.close()


def is_empty() -> bool:
    """Return whether nobody has been entered yet."""
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {PEOPLE_TABLE})")
            (filled,) = cursor.fetchone()
            return not filled
    finally:
        connection.close()
