"""By which rule the open deals of leavers are offered to others; what was set stays."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER pipeline_leaverrule_append_only BEFORE UPDATE OR DELETE ON pipeline_leaverrule
FOR EACH ROW EXECUTE FUNCTION org_append_only();
CREATE TRIGGER pipeline_leaverrule_never_emptied BEFORE TRUNCATE ON pipeline_leaverrule
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = """
DROP TRIGGER pipeline_leaverrule_never_emptied ON pipeline_leaverrule;
DROP TRIGGER pipeline_leaverrule_append_only ON pipeline_leaverrule;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0072_rules_of_hygiene"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeaverRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "given_to",
                    models.CharField(
                        choices=[
                            ("account_owner", "The account's owner, else the manager"),
                            ("manager", "The manager"),
                            ("fewest", "Whoever of the team has the fewest open deals"),
                            ("in_turn", "The team in turn, account by account"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "set_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
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
                        condition=models.Q(
                            ("given_to__in", ["account_owner", "manager", "fewest", "in_turn"])
                        ),
                        name="leaver_rule_given_to",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
