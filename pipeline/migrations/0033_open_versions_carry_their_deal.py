from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0032_import_staging_and_own_versions"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="dealversion",
            name="version_open_by_owner",
        ),
        migrations.AddIndex(
            model_name="dealversion",
            index=models.Index(
                condition=models.Q(("archived", False), ("status", "open")),
                fields=["owner", "valid_to"],
                include=(
                    "valid_from",
                    "stage",
                    "category",
                    "probability",
                    "amount_base",
                    "expected_close_on",
                    "deal",
                ),
                name="version_open_by_owner",
            ),
        ),
    ]
