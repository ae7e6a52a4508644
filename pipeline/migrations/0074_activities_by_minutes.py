from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of big tables are built beside their use.
    atomic = False

    dependencies = [
        ("pipeline", "0073_leaver_rule"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                models.OrderBy(models.F("minutes"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("archived_at__isnull", True)),
                name="activity_by_minutes",
            ),
        ),
    ]
