from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0034_list_orders_by_index"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="dealversion",
            name="version_closed",
        ),
        migrations.AddIndex(
            model_name="dealversion",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "open"), _negated=True), ("archived", False)
                ),
                fields=["status", "closed_on", "credited_to"],
                include=("valid_from", "valid_to", "amount_base", "deal"),
                name="version_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["id"], include=("created_at",), name="deal_creation"),
        ),
    ]
