from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0037_deal_history_is_not_emptied"),
    ]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="exchange_rate",
            field=models.DecimalField(decimal_places=8, editable=False, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="exchange_rate_from",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="dealversion",
            name="exchange_rate",
            field=models.DecimalField(decimal_places=8, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="dealversion",
            name="exchange_rate_from",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="dealversion",
            index=models.Index(
                condition=models.Q(("exchange_rate_from__isnull", False)),
                fields=["currency", "exchange_rate_from"],
                name="version_by_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exchange_rate__isnull", True), ("exchange_rate_from__isnull", True)),
                    models.Q(
                        ("exchange_rate__isnull", False), ("exchange_rate_from__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="deal_rate_has_its_day",
            ),
        ),
    ]
