"""What a stage asks for before a deal leaves it. Rows are added and ended; nothing is rewritten."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION pipeline_only_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := TG_ARGV;
BEGIN
    IF to_jsonb(OLD) ->> ends[1] IS NOT NULL OR to_jsonb(OLD) - ends <> to_jsonb(NEW) - ends THEN
        RAISE EXCEPTION 'rows of % are added and ended, never changed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'only_added_and_ended';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_criterionversion
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_requiredfield
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_criterionmet
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('withdrawn_at', 'withdrawn_by_id');
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_stageoverride
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');

CREATE FUNCTION pipeline_criterion_in_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time: two that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711021);
    IF EXISTS (
        WITH RECURSIVE before(criterion_id) AS (
            SELECT NEW.depends_on_id
            UNION
            SELECT version.depends_on_id
              FROM before JOIN pipeline_criterionversion version
                ON version.criterion_id = before.criterion_id AND version.valid_to IS NULL
             WHERE version.depends_on_id IS NOT NULL
        )
        SELECT 1 FROM before WHERE criterion_id = NEW.criterion_id
    ) THEN
        RAISE EXCEPTION 'criterion % would depend on itself', NEW.criterion_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criterion_in_no_circle';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_criterion_in_no_circle BEFORE INSERT ON pipeline_criterionversion
FOR EACH ROW WHEN (NEW.depends_on_id IS NOT NULL)
EXECUTE FUNCTION pipeline_criterion_in_no_circle();
"""
UNGUARD = """
DROP TRIGGER pipeline_criterion_in_no_circle ON pipeline_criterionversion;
DROP FUNCTION pipeline_criterion_in_no_circle();
DROP TRIGGER pipeline_only_ended ON pipeline_stageoverride;
DROP TRIGGER pipeline_only_ended ON pipeline_criterionmet;
DROP TRIGGER pipeline_only_ended ON pipeline_requiredfield;
DROP TRIGGER pipeline_only_ended ON pipeline_criterionversion;
DROP FUNCTION pipeline_only_ended();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0057_loss_reasons_checked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExitCriterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exit_criteria",
                        to="pipeline.stage",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CriterionVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statement", models.CharField(max_length=300)),
                ("order", models.PositiveSmallIntegerField(default=10)),
                (
                    "valid_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("valid_to", models.DateTimeField(editable=False, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="pipeline.exitcriterion",
                    ),
                ),
                (
                    "depends_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.exitcriterion",
                    ),
                ),
            ],
            options={
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CriterionMet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("evidence", models.TextField()),
                (
                    "met_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria_met",
                        to="pipeline.deal",
                    ),
                ),
                (
                    "met_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.criterionversion",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.exitcriterion",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "criteria met",
                "ordering": ["met_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RequiredField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("account", "Account"),
                            ("amount", "Amount"),
                            ("expected_close_on", "Expected close"),
                            ("next_step", "Next step"),
                            ("next_step_on", "Day of the next step"),
                            ("contacts", "Contact"),
                            ("products", "Products"),
                            ("competitor", "Competitor"),
                            ("source", "Source"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("valid_to", models.DateTimeField(editable=False, null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="required_fields",
                        to="pipeline.stage",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="StageOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deal_version", models.PositiveIntegerField()),
                ("missing", models.JSONField()),
                ("reason", models.TextField()),
                (
                    "overridden_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overrides",
                        to="pipeline.deal",
                    ),
                ),
                (
                    "from_stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.stage",
                    ),
                ),
                (
                    "overridden_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.stage",
                    ),
                ),
            ],
            options={
                "ordering": ["-overridden_at", "-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="criterionversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)),
                fields=("criterion",),
                name="criterion_reads_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("statement", ""), _negated=True),
                name="criterion_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="criterion_lasts",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterionmet",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("deal", "criterion"),
                name="criterion_met_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterionmet",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence", ""), _negated=True),
                name="criterion_met_by_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="requiredfield",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)),
                fields=("stage", "field"),
                name="field_required_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="requiredfield",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "field__in",
                        [
                            "account",
                            "amount",
                            "expected_close_on",
                            "next_step",
                            "next_step_on",
                            "contacts",
                            "products",
                            "competitor",
                            "source",
                        ],
                    )
                ),
                name="required_field_known",
            ),
        ),
        migrations.AddIndex(
            model_name="stageoverride",
            index=models.Index(fields=["-overridden_at"], name="override_newest"),
        ),
        migrations.AddConstraint(
            model_name="stageoverride",
            constraint=models.UniqueConstraint(
                fields=("deal", "deal_version"), name="move_overridden_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stageoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="override_says_why"
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
