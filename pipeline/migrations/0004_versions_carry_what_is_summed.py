from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_deal_submission_and_name_search"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="dealversion",
            name="version_open_by_owner",
        ),
        migrations.RemoveIndex(
            model_name="dealversion",
            name="version_closed",
        ),
        migrations.RemoveIndex(
            model_name="dealversion",
            name="version_closed_by_credit",
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
                ),
                name="version_open_by_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="dealversion",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "open"), _negated=True), ("archived", False)
                ),
                fields=["closed_on", "credited_to"],
                include=("status", "valid_from", "valid_to", "amount_base", "deal"),
                name="version_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="dealversion",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "open"), _negated=True), ("archived", False)
                ),
                fields=["credited_to", "closed_on"],
                include=("status", "valid_from", "valid_to", "amount_base", "deal"),
                name="version_closed_by_credit",
            ),
        ),
    ]
