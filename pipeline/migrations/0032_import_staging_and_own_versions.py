"""Staged rows are not logged; an import that writes the versions of its deals writes them all."""

from importlib import import_module

from django.db import migrations

# Staged rows can be read anew from the file, so their safety is not paid for.
UNLOGGED = "ALTER TABLE pipeline_importstagedrow SET UNLOGGED"
LOGGED = "ALTER TABLE pipeline_importstagedrow SET LOGGED"

OWN_VERSIONS = """
CREATE OR REPLACE FUNCTION pipeline_deal_created() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An import that writes past versions writes the first ones too, and has them checked.
    IF pipeline_setting('rewrite_history') = 'on' AND pipeline_setting('own_versions') = 'on' THEN
        RETURN NULL;
    END IF;
"""


def created_function() -> str:
    """Return the function as migration 0002 makes it."""
    history = import_module("pipeline.migrations.0002_deal_history").HISTORY
    start = history.index("CREATE FUNCTION pipeline_deal_created()")
    end = history.index("CREATE TRIGGER pipeline_deal_created")
    return str(history[start:end])


def with_own_versions() -> str:
    body = created_function()
    return OWN_VERSIONS + body[body.index("BEGIN\n") + len("BEGIN\n") :]


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0031_imports")]
    operations = [
        migrations.RunSQL(UNLOGGED, LOGGED),
        migrations.RunSQL(
            with_own_versions(),
            created_function().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
