"""An account cannot lie below itself."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_first_pipeline_loss_reasons_frameworks"),
    ]
    operations = [
        LoadSQL("pipeline/customers/sql/account_in_no_circle.sql"),
    ]
