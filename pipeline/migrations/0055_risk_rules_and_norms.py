"""By what deals are judged at risk. What admins set is only added, so a past day keeps its rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER pipeline_signalrule_append_only BEFORE UPDATE OR DELETE ON pipeline_signalrule
FOR EACH ROW EXECUTE FUNCTION org_append_only();
CREATE TRIGGER pipeline_signalrule_never_emptied BEFORE TRUNCATE ON pipeline_signalrule
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = """
DROP TRIGGER pipeline_signalrule_never_emptied ON pipeline_signalrule;
DROP TRIGGER pipeline_signalrule_append_only ON pipeline_signalrule;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0006_trees_move_by_date"),
        ("pipeline", "0054_involved_contacts_keep_a_role"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LearntLimit",
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
                            ("no_close_date", "No close date"),
                            ("no_step", "No next step"),
                        ],
                        max_length=20,
                    ),
                ),
                ("deals", models.PositiveIntegerField()),
                ("limit", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ["run", "signal"],
            },
        ),
        migrations.CreateModel(
            name="SignalRule",
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
                            ("no_close_date", "No close date"),
                            ("no_step", "No next step"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_on", models.BooleanField()),
                ("limit", models.PositiveIntegerField(null=True)),
                ("weight", models.PositiveSmallIntegerField()),
                ("learnt_from", models.PositiveIntegerField(null=True)),
                (
                    "set_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "ordering": ["-set_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="StageNorm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deals", models.PositiveIntegerField()),
                ("median", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("p75", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("fewest", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ["run", "stage"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="recomputechunk",
            name="chunk_step",
        ),
        migrations.AlterField(
            model_name="recomputechunk",
            name="step",
            field=models.CharField(
                choices=[
                    ("plan", "Planning the parts"),
                    ("attainment", "Attainment"),
                    ("norms", "What won deals teach"),
                    ("backtest", "Forecasts as they would have been"),
                    ("forecast", "Forecasts"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="recomputechunk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step__in", ["plan", "attainment", "norms", "backtest", "forecast"])
                ),
                name="chunk_step",
            ),
        ),
        migrations.AddField(
            model_name="learntlimit",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.recomputerun",
            ),
        ),
        migrations.AddField(
            model_name="signalrule",
            name="set_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stagenorm",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.recomputerun",
            ),
        ),
        migrations.AddField(
            model_name="stagenorm",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pipeline.stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="learntlimit",
            constraint=models.CheckConstraint(
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
                            "no_close_date",
                            "no_step",
                        ],
                    )
                ),
                name="learnt_limit_signal",
            ),
        ),
        migrations.AddConstraint(
            model_name="learntlimit",
            constraint=models.UniqueConstraint(
                fields=("run", "signal"), name="learnt_limit_once_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="learntlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit__isnull", True), ("limit__gt", 0), _connector="OR"),
                name="learnt_limit_above_zero",
            ),
        ),
        migrations.AddIndex(
            model_name="signalrule",
            index=models.Index(fields=["signal", "-set_at", "-id"], name="signal_rule_newest"),
        ),
        migrations.AddConstraint(
            model_name="signalrule",
            constraint=models.CheckConstraint(
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
                            "no_close_date",
                            "no_step",
                        ],
                    )
                ),
                name="signal_rule_signal",
            ),
        ),
        migrations.AddConstraint(
            model_name="signalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit__isnull", True), ("limit__gt", 0), _connector="OR"),
                name="signal_rule_limit_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="signalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__lte", 100)), name="signal_rule_weight"
            ),
        ),
        migrations.AddConstraint(
            model_name="stagenorm",
            constraint=models.UniqueConstraint(
                fields=("run", "stage"), name="stage_norm_once_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="stagenorm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("deals", 0),
                        ("fewest__isnull", True),
                        ("median__isnull", True),
                        ("p75__isnull", True),
                    ),
                    models.Q(
                        ("deals__gt", 0),
                        ("fewest__isnull", False),
                        ("median__isnull", False),
                        ("p75__gte", models.F("median")),
                    ),
                    _connector="OR",
                ),
                name="stage_norm_has_its_deals",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
