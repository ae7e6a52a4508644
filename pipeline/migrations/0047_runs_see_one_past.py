import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0046_open_pipeline_is_read_from_history")]
    operations = [
        migrations.CreateModel(
            name="PastWrite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "noted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={"indexes": [models.Index(fields=["noted_at"], name="past_write_noted")]},
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="past_writes",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="restarts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="doubt",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
