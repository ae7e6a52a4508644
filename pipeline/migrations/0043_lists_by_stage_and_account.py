import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of big tables are built beside their use.
    atomic = False

    dependencies = [
        ("pipeline", "0042_mappings_say_who_chose_them"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="deal",
            index=models.Index(fields=["stage", "id"], name="deal_by_stage"),
        ),
        migrations.AlterField(
            model_name="deal",
            name="stage",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="pipeline.stage",
            ),
        ),
        RemoveIndexConcurrently(
            model_name="account",
            name="account_by_name",
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(fields=["name", "id"], name="account_by_name"),
        ),
    ]
