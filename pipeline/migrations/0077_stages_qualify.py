"""A stage can say that the deals of its pipeline count as qualified from it on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0076_losses_of_before_in_versions")]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="is_qualified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                condition=models.Q(is_qualified=True),
                fields=["pipeline"],
                name="stage_one_qualified_a_pipeline",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(is_qualified=False) | models.Q(kind="open"),
                name="stage_qualified_is_open",
            ),
        ),
    ]
