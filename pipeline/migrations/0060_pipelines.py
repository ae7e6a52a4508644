"""Several pipelines, each with its own stages; those that exist go to one, the default.

Only the table of stages is altered, which holds a handful of rows: no deal waits for longer than
that takes. The column has a default in the database, so that a process which still runs the
program of before can add a stage.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

FIRST = """
INSERT INTO pipeline_pipeline (name, "order", is_default) VALUES ('Sales', 10, true);
"""
DEFAULT = """
CREATE FUNCTION pipeline_default_pipeline() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM pipeline_pipeline WHERE is_default
$$;
"""
NONE = "DROP FUNCTION pipeline_default_pipeline();"

GUARDS = """
CREATE FUNCTION pipeline_stage_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_deal WHERE stage_id = NEW.id)
       OR EXISTS (SELECT 1 FROM pipeline_dealversion WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'deals stood in stage %, so it stays in its pipeline', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_pipeline_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_stage_stays BEFORE UPDATE OF pipeline_id ON pipeline_stage
FOR EACH ROW WHEN (NEW.pipeline_id IS DISTINCT FROM OLD.pipeline_id)
EXECUTE FUNCTION pipeline_stage_stays();

CREATE FUNCTION pipeline_stage_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_deal
                WHERE stage_id = NEW.id AND status = 'open' AND archived_at IS NULL) THEN
        RAISE EXCEPTION 'open deals stand in stage %', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_holds_open_deals';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_stage_is_left BEFORE UPDATE OF archived_at ON pipeline_stage
FOR EACH ROW WHEN (OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL)
EXECUTE FUNCTION pipeline_stage_is_left();

CREATE FUNCTION pipeline_pipeline_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_stage stage JOIN pipeline_deal deal ON deal.stage_id = stage.id
                WHERE stage.pipeline_id = NEW.id AND stage.kind = 'open'
                  AND deal.status = 'open' AND deal.archived_at IS NULL) THEN
        RAISE EXCEPTION 'open deals stand in pipeline %', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pipeline_holds_open_deals';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_pipeline_is_left BEFORE UPDATE OF archived_at ON pipeline_pipeline
FOR EACH ROW WHEN (OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL)
EXECUTE FUNCTION pipeline_pipeline_is_left();

-- At the end of the transaction, in which another one may have become the default.
CREATE FUNCTION pipeline_default_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pipeline_pipeline WHERE is_default) THEN
        RAISE EXCEPTION 'one pipeline is the default'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pipeline_has_default';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER pipeline_default_stays AFTER UPDATE OR DELETE ON pipeline_pipeline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_default)
EXECUTE FUNCTION pipeline_default_stays();
"""
UNGUARD = """
DROP TRIGGER pipeline_default_stays ON pipeline_pipeline;
DROP FUNCTION pipeline_default_stays();
DROP TRIGGER pipeline_pipeline_is_left ON pipeline_pipeline;
DROP FUNCTION pipeline_pipeline_is_left();
DROP TRIGGER pipeline_stage_is_left ON pipeline_stage;
DROP FUNCTION pipeline_stage_is_left();
DROP TRIGGER pipeline_stage_stays ON pipeline_stage;
DROP FUNCTION pipeline_stage_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0059_activity_targets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pipeline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("order", models.PositiveSmallIntegerField(default=10)),
                ("is_default", models.BooleanField(default=False)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["order", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at__isnull", True)),
                        name="pipeline_name_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="pipeline_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="pipeline_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False), ("archived_at__isnull", True), _connector="OR"
                        ),
                        name="pipeline_default_in_use",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIRST + DEFAULT, NONE),
        migrations.AlterModelOptions(
            name="stage",
            options={"ordering": ["pipeline__order", "pipeline_id", "order", "pk"]},
        ),
        migrations.AddField(
            model_name="stage",
            name="pipeline",
            field=models.ForeignKey(
                db_default=models.Func(
                    function="pipeline_default_pipeline", output_field=models.BigIntegerField()
                ),
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stages",
                to="pipeline.pipeline",
            ),
        ),
        migrations.RemoveConstraint(model_name="stage", name="stage_name_unique"),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                models.F("pipeline"),
                django.db.models.functions.text.Lower("name"),
                name="stage_name_unique",
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
