"""Why deals are lost becomes rows that are set up; deals keep the codes that they hold.

The database holds deals to these codes from here on; those of before are checked by the next
migration, which keeps nobody waiting.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

REASONS = """
INSERT INTO pipeline_lossreason (code, name, kind, "order")
VALUES ('price', 'Price', 'price', 10),
       ('competitor', 'Went with a competitor', 'competitive', 20),
       ('no_decision', 'No decision', 'no_decision', 30),
       ('no_budget', 'No budget', 'disqualified', 40),
       ('timing', 'Timing', 'timing', 50),
       ('missing_feature', 'Missing feature', 'product_gap', 60),
       ('no_contact', 'Contact lost', 'no_decision', 70),
       ('other', 'Other', 'other', 80);
"""
KNOWN = """
ALTER TABLE pipeline_deal ADD CONSTRAINT deal_lost_reason_known
FOREIGN KEY (lost_reason) REFERENCES pipeline_lossreason (code) NOT VALID;

CREATE FUNCTION pipeline_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'deals hold the code %, so it stays', OLD.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'loss_reason_code_stays';
END $$;

CREATE TRIGGER pipeline_code_stays BEFORE UPDATE OF code ON pipeline_lossreason
FOR EACH ROW WHEN (NEW.code <> OLD.code) EXECUTE FUNCTION pipeline_code_stays();
"""
FREE = """
DROP TRIGGER pipeline_code_stays ON pipeline_lossreason;
DROP FUNCTION pipeline_code_stays();
ALTER TABLE pipeline_deal DROP CONSTRAINT deal_lost_reason_known;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0055_risk_rules_and_norms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Competitor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name"), "pk"],
            },
        ),
        migrations.CreateModel(
            name="LossReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("competitive", "Competitive loss"),
                            ("no_decision", "No decision"),
                            ("price", "Price"),
                            ("product_gap", "Product gap"),
                            ("timing", "Timing"),
                            ("disqualified", "Disqualified"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=100)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["order", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="deal",
            name="deal_lost_reason_known",
        ),
        migrations.AlterField(
            model_name="deal",
            name="lost_reason",
            field=models.CharField(blank=True, max_length=30, null=True),
        ),
        migrations.AddConstraint(
            model_name="competitor",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="competitor_name_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="competitor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="competitor_named"
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="competitor",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.competitor",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossreason",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="loss_reason_name_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="lossreason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "competitive",
                            "no_decision",
                            "price",
                            "product_gap",
                            "timing",
                            "disqualified",
                            "other",
                        ],
                    )
                ),
                name="loss_reason_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossreason",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="loss_reason_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="lossreason",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[a-z][a-z0-9_]*$")), name="loss_reason_code"
            ),
        ),
        migrations.RunSQL(REASONS, migrations.RunSQL.noop),
        migrations.RunSQL(KNOWN, FREE),
    ]
