"""What a new installation begins with."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("hiring", "0002_stage_history_and_guards"),
    ]
    operations = [
        LoadSQL("hiring/sql/first_stages.sql"),
    ]
