"""How the database keeps rows that are staged."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_runs_rows_and_memory"),
    ]
    operations = [
        LoadSQL("imports/sql/staged_rows_unlogged.sql"),
    ]
