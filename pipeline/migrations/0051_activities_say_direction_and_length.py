"""An activity can say who reached whom and how long it took. Older ones say neither."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0050_deals_wait_until"),
    ]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="direction",
            field=models.CharField(
                blank=True,
                choices=[("out", "Outgoing"), ("in", "Incoming"), ("both", "Two-way")],
                db_default="",
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="minutes",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        AddConstraintNotValid(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=Q(("direction__in", ["", "out", "in", "both"])),
                name="activity_direction",
            ),
        ),
        AddConstraintNotValid(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=Q(("minutes__isnull", True), ("minutes__lte", 10080), _connector="OR"),
                name="activity_minutes",
            ),
        ),
    ]
