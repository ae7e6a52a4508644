"""Compare the database's functions, triggers and policies with the SQL files they come from.

The files are loaded into a schema of their own, over empty copies of the tables, in a transaction
that is rolled back: PostgreSQL itself says how each thing reads, and no table is locked for long.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from kit.operations import CreateTables, LoadSQL
from kit.sql import drops, read

SCRATCH = "sql_check"
# What a difference is named by, and how it reads.
Thing = tuple[str, str]

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
_THINGS = """
SELECT 'function', format('%%s(%%s)', proname, pg_get_function_identity_arguments(oid)),
       pg_get_functiondef(oid)
  FROM pg_proc
 WHERE pronamespace = %(schema)s::regnamespace AND prokind IN ('f', 'p')
   AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL
SELECT 'trigger', format('%%s on %%s', tgname, relname),
       format('%%s enabled: %%s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace = %(schema)s::regnamespace AND NOT tgisinternal
UNION ALL
SELECT 'policy', format('%%s on %%s', policyname, tablename),
       concat_ws(' ', permissive, roles, cmd, 'USING', qual, 'CHECK', with_check)
  FROM pg_policies WHERE schemaname = %(schema)s
UNION ALL
SELECT 'row security', relname, format('enabled: %%s, forced: %%s',
                                       relrowsecurity, relforcerowsecurity)
  FROM pg_class
 WHERE relnamespace = %(schema)s::regnamespace AND (relrowsecurity OR relforcerowsecurity)
"""


def loaded_files() -> list[str]:
    """Return the files that the migrations load, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    operations = [operation for migration, _ in plan for operation in migration.operations]
    return list(dict.fromkeys(_loads(operations)))


def _loads(operations: Sequence[Operation]) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, LoadSQL):
            yield operation.name
        elif isinstance(operation, CreateTables):
            yield from _loads(operation.operations)


def kept_files() -> list[str]:
    """Return the files of the project's apps that make a function, trigger or policy."""
    base = Path(settings.BASE_DIR)
    folders = (Path(app.path) for app in apps.get_app_configs())
    paths = (path for folder in folders if folder.parent == base for path in folder.rglob("*.sql"))
    names = (path.relative_to(base).as_posix() for path in paths)
    return sorted(name for name in names if drops(read(name)))


def differences() -> list[str]:
    """Return a line for each difference between the database and the files."""
    loaded = loaded_files()
    forgotten = [name for name in kept_files() if name not in loaded]
    lines = [f"not loaded: no migration loads {name}" for name in forgotten]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        there = _things(schema)
        _copy_tables(schema)
        wanted: dict[Thing, tuple[str, str]] = {}
        for name in loaded:
            if not drops(read(name)):
                continue
            try:
                with transaction.atomic():
                    cursor.execute(read(name))
            except DatabaseError as error:
                lines.append(f"broken: {name} cannot be loaded: {str(error).splitlines()[0]}")
                continue
            for thing, text in _things(SCRATCH).items():
                if thing not in wanted or wanted[thing][0] != text:
                    wanted[thing] = (text, name)
        transaction.set_rollback(True)
    return lines + sorted(_compared(there, wanted))


def _compared(there: dict[Thing, str], wanted: dict[Thing, tuple[str, str]]) -> Iterator[str]:
    for (kind, name), (text, file) in wanted.items():
        found = there.get((kind, name))
        if found is None:
            yield f"missing: {kind} {name} of {file} is not in the database"
        elif found != text:
            yield f"changed: {kind} {name} is not as in {file}"
    for kind, name in there.keys() - wanted.keys():
        yield f"unknown: {kind} {name} is in no file"


def _copy_tables(schema: str) -> None:
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [schema])
        tables = [quoted(table) for (table,) in cursor.fetchall()]
        cursor.execute(f"CREATE SCHEMA {SCRATCH}")
        cursor.execute(f"SET LOCAL search_path = {SCRATCH}, {quoted(schema)}")
        cursor.execute(
            ";".join(f"CREATE TABLE {SCRATCH}.{t} (LIKE {quoted(schema)}.{t})" for t in tables)
        )


def _things(schema: str) -> dict[Thing, str]:
    with connection.cursor() as cursor:
        cursor.execute(_THINGS, {"schema": schema})
        found = cursor.fetchall()
        cursor.execute("SELECT current_schemas(false)")
        (visible,) = cursor.fetchone()
    # Where a name is found is not part of what it is.
    return {(kind, name): _bare(text, [schema, *visible]) for kind, name, text in found}


def _bare(text: str, schemas: list[str]) -> str:
    for schema in schemas:
        text = text.replace(f"{schema}.", "")
    return text
