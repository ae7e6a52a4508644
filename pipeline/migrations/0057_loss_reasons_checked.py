"""Check the reasons of the deals of before, while deals can be read and written."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0056_loss_reasons_and_competitors")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE pipeline_deal VALIDATE CONSTRAINT deal_lost_reason_known",
            migrations.RunSQL.noop,
        ),
    ]
