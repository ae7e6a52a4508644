"""The open pipeline of any day is in the deals' history; nothing reads a second copy of it."""

from django.db import migrations, models

STEPS = [
    ("plan", "Planning the parts"),
    ("attainment", "Attainment"),
    ("backtest", "Forecasts as they would have been"),
    ("forecast", "Forecasts"),
]


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0045_versions_by_start")]
    operations = [
        migrations.DeleteModel(name="PipelineSnapshot"),
        migrations.RunSQL(
            "DELETE FROM pipeline_recomputechunk WHERE step = 'pipeline'",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(model_name="recomputechunk", name="chunk_step"),
        migrations.AlterField(
            model_name="recomputechunk",
            name="step",
            field=models.CharField(choices=STEPS, max_length=12),
        ),
        migrations.AddConstraint(
            model_name="recomputechunk",
            constraint=models.CheckConstraint(
                condition=models.Q(step__in=[step for step, _ in STEPS]), name="chunk_step"
            ),
        ),
    ]
