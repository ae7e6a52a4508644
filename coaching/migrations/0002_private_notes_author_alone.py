"""The second guard of private notes."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("coaching", "0001_one_on_ones_and_notes"),
    ]
    operations = [
        LoadSQL("coaching/sql/private_notes_author_alone.sql"),
    ]
