"""What the database keeps of rules of risk and decisions about deals."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_runs_reviews_and_risk"),
        ("pipeline", "0002_deal_history_and_guards"),
    ]
    operations = [
        LoadSQL("analytics/risk/sql/signal_rules_stay.sql"),
        LoadSQL("analytics/risk/sql/dispositions_stay.sql"),
    ]
