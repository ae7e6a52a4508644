"""Whether a database was made by the migrations of this version or by those of another one."""

from typing import Any

from salesmgr import embedded
from salesmgr.environment import env_text


def was_made_by_another_version(cursor: Any) -> bool:
    """Return whether migrations of our apps are applied that this version does not have."""
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    (exists,) = cursor.fetchone()
    if not exists:
        return False
    cursor.execute("SELECT app, name FROM django_migrations")
    folders = [(embedded.BASE_DIR / app / "migrations", name) for app, name in cursor.fetchall()]
    return any(folder.is_dir() and not (folder / f"{name}.py").exists() for folder, name in folders)


def refusal() -> str:
    """Return what to say then, in one line with the commands to start afresh."""
    afresh = (
        "empty the database that DATABASE_URL names, then run manage.py migrate"
        if env_text("DATABASE_URL")
        else f"make stop && rm -rf {embedded.var_dir()} && make demo"
    )
    return (
        "This database was made by an older version of salesmgr, which cannot be upgraded."
        f" Nothing was changed. To start afresh: {afresh}"
    )
