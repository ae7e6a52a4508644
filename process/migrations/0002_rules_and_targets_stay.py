"""What the database keeps of leaver rules and activity targets."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("process", "0001_leaver_rules_and_activity_targets"),
        ("pipeline", "0002_deal_history_and_guards"),
    ]
    operations = [
        LoadSQL("process/leavers/sql/leaver_rules_stay.sql"),
        LoadSQL("process/targets/sql/activity_targets_stay.sql"),
    ]
