from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of big tables are built beside their use.
    atomic = False

    dependencies = [
        ("pipeline", "0044_reviews_and_saved_views"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="dealversion",
            index=models.Index(fields=["valid_from"], name="version_by_start"),
        ),
    ]
