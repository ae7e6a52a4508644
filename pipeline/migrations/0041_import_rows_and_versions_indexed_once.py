"""Columns that lead a unique index are not indexed once more; import rows trust their run's lock."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0040_rates_of_amounts_converted_before"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dealversion",
            name="deal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="pipeline.deal",
            ),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="pipeline.importrun",
            ),
        ),
    ]
