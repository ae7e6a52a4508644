"""How many activities a role owes: rows that are only added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER pipeline_activitytarget_append_only
BEFORE UPDATE OR DELETE ON pipeline_activitytarget
FOR EACH ROW EXECUTE FUNCTION org_append_only();
CREATE TRIGGER pipeline_activitytarget_never_emptied
BEFORE TRUNCATE ON pipeline_activitytarget
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = """
DROP TRIGGER pipeline_activitytarget_never_emptied ON pipeline_activitytarget;
DROP TRIGGER pipeline_activitytarget_append_only ON pipeline_activitytarget;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0006_trees_move_by_date"),
        ("pipeline", "0058_stage_exits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("rep", "Rep"), ("manager", "Manager")], max_length=20
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "Call"), ("email", "E-mail"), ("meeting", "Meeting")],
                        max_length=10,
                    ),
                ),
                ("count", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "every",
                    models.CharField(choices=[("week", "Week"), ("month", "Month")], max_length=5),
                ),
                ("starts_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-set_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("every__in", ["week", "month"])),
                        name="activity_target_every",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["rep", "manager"])),
                        name="activity_target_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["call", "email", "meeting"])),
                        name="activity_target_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count__isnull", True),
                            models.Q(("count__gte", 1), ("count__lte", 10000)),
                            _connector="OR",
                        ),
                        name="activity_target_count",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="activity_target_reason",
                    ),
                    models.UniqueConstraint(
                        fields=("role", "kind", "set_at"), name="activity_target_one_a_moment"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
