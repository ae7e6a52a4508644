"""What must be true of the installation for what is private to stay private.

Django imports this module as it loads the app, which registers the check.
"""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def database_role_obeys_row_security(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Refuse a database role that stands above row-level security."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (stands_above,) = cursor.fetchone()
    if not stands_above:
        return []
    return [
        Error(
            "The database role can read everybody's private notes and all candidates: it is a"
            " superuser or may bypass row-level security.",
            hint="Give the application a role of its own: CREATE ROLE salesmgr LOGIN; and let it"
            " own the database.",
            id="coaching.E001",
        )
    ]
