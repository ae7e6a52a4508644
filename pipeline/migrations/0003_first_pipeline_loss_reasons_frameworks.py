"""What a new installation begins with."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0002_deal_history_and_guards"),
    ]
    operations = [
        LoadSQL("pipeline/stages/sql/first_pipeline.sql"),
        LoadSQL("pipeline/stages/sql/first_loss_reasons.sql"),
        LoadSQL("pipeline/discipline/sql/first_frameworks.sql"),
    ]
