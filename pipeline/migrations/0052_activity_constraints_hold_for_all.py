"""What the migration before asks of new activities holds for those from before, too."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0051_activities_say_direction_and_length"),
    ]

    operations = [
        ValidateConstraint(model_name="activity", name="activity_direction"),
        ValidateConstraint(model_name="activity", name="activity_minutes"),
    ]
