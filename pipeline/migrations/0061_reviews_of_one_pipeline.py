import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0060_pipelines"),
    ]

    operations = [
        migrations.AddField(
            model_name="pipelinereview",
            name="pipeline",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.pipeline",
            ),
        ),
    ]
