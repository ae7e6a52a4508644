from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0063_duplicates_are_found_by_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="learntlimit",
            name="learnt_limit_signal",
        ),
        migrations.RemoveConstraint(
            model_name="signalrule",
            name="signal_rule_signal",
        ),
        migrations.AlterField(
            model_name="learntlimit",
            name="signal",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="signalrule",
            name="signal",
            field=models.CharField(
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
                            "no_decision_maker",
                            "no_close_date",
                            "no_step",
                        ],
                    )
                ),
                name="learnt_limit_signal",
            ),
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
                            "no_decision_maker",
                            "no_close_date",
                            "no_step",
                        ],
                    )
                ),
                name="signal_rule_signal",
            ),
        ),
    ]
