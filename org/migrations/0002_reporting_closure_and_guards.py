"""What the database keeps of people and trees by itself."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0001_people_teams_and_calendar"),
    ]
    operations = [
        LoadSQL("org/sql/append_only.sql"),
        LoadSQL("org/sql/never_emptied.sql"),
        LoadSQL("org/sql/rebuild_closure.sql"),
        LoadSQL("org/sql/own_closure.sql"),
        LoadSQL("org/sql/empty_closure.sql"),
        LoadSQL("org/sql/membership_counts_to.sql"),
        LoadSQL("org/sql/person_left_seat.sql"),
        LoadSQL("org/sql/place_in_tree.sql"),
        LoadSQL("org/sql/lent_deals_default.sql"),
    ]
