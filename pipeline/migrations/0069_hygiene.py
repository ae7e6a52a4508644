"""What people decided about open deals that break a rule; what was said stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_disposition
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');
CREATE TRIGGER pipeline_disposition_never_emptied BEFORE TRUNCATE ON pipeline_disposition
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = """
DROP TRIGGER pipeline_disposition_never_emptied ON pipeline_disposition;
DROP TRIGGER pipeline_only_ended ON pipeline_disposition;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0068_closing_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "signal",
                    models.CharField(
                        choices=[
                            ("owner_left", "Owner has left"),
                            ("close_passed", "Close date passed"),
                            ("not_committed", "Large and not in commit"),
                            ("step_overdue", "Next step overdue"),
                            ("stalled", "Stalled"),
                            ("quiet", "Quiet"),
                            ("pushed", "Pushed often"),
                            ("too_soon", "Closes sooner than any"),
                            ("went_back", "Went back"),
                            ("amount_fell", "Amount fell"),
                            ("single_contact", "Single contact"),
                            ("no_decision_maker", "No decision-maker"),
                            ("no_close_date", "No close date"),
                            ("no_step", "No next step"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "remedy",
                    models.CharField(
                        choices=[("fix", "Fix"), ("close", "Close"), ("justify", "Justify")],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField()),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dispositions",
                        to="pipeline.deal",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-decided_at", "-pk"],
                "indexes": [
                    models.Index(
                        fields=["deal", "signal", "-decided_at"], name="disposition_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "signal__in",
                                [
                                    "owner_left",
                                    "close_passed",
                                    "not_committed",
                                    "step_overdue",
                                    "stalled",
                                    "quiet",
                                    "pushed",
                                    "too_soon",
                                    "went_back",
                                    "amount_fell",
                                    "single_contact",
                                    "no_decision_maker",
                                    "no_close_date",
                                    "no_step",
                                ],
                            )
                        ),
                        name="disposition_signal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("remedy__in", ["fix", "close", "justify"])),
                        name="disposition_remedy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("remedy", "justify"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="disposition_justified_in_words",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
