"""Credit for deals parted among people; the database holds the sums and what was."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION pipeline_creditsplit_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    -- Clocks of servers differ by a little.
    IF NEW.set_at > clock_timestamp() + interval '1 minute' THEN
        RAISE EXCEPTION 'credit cannot be parted in the future'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_split_set_by_now';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_creditsplit_begins BEFORE INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_creditsplit_begin();

CREATE FUNCTION pipeline_creditsplit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write(NEW.set_at);
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_creditsplit_noted AFTER INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_creditsplit_note();

CREATE FUNCTION pipeline_creditshare_join() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pipeline_creditsplit
                    WHERE id = NEW.split_id
                      AND transaction = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'a split has the shares that it was set with'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_creditshare_joins BEFORE INSERT ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_creditshare_join();

CREATE FUNCTION pipeline_creditshare_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
BEGIN
    SELECT sum(percent) INTO total FROM pipeline_creditshare
     WHERE split_id = NEW.split_id AND kind = 'revenue';
    IF total <> 100 THEN
        RAISE EXCEPTION 'revenue shares make % percent, not 100', total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_split_is_whole';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER pipeline_creditshare_sums AFTER INSERT ON pipeline_creditshare
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pipeline_creditshare_sum();

CREATE FUNCTION pipeline_credit_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'splits of credit are only added' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER pipeline_creditsplit_stays BEFORE UPDATE OR DELETE ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_credit_stay();
CREATE TRIGGER pipeline_creditshare_stays BEFORE UPDATE OR DELETE ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_credit_stay();
CREATE TRIGGER pipeline_creditsplit_never_emptied BEFORE TRUNCATE ON pipeline_creditsplit
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
CREATE TRIGGER pipeline_creditshare_never_emptied BEFORE TRUNCATE ON pipeline_creditshare
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = """
DROP TRIGGER pipeline_creditshare_never_emptied ON pipeline_creditshare;
DROP TRIGGER pipeline_creditsplit_never_emptied ON pipeline_creditsplit;
DROP TRIGGER pipeline_creditshare_stays ON pipeline_creditshare;
DROP TRIGGER pipeline_creditsplit_stays ON pipeline_creditsplit;
DROP FUNCTION pipeline_credit_stay();
DROP TRIGGER pipeline_creditshare_sums ON pipeline_creditshare;
DROP FUNCTION pipeline_creditshare_sum();
DROP TRIGGER pipeline_creditshare_joins ON pipeline_creditshare;
DROP FUNCTION pipeline_creditshare_join();
DROP TRIGGER pipeline_creditsplit_noted ON pipeline_creditsplit;
DROP FUNCTION pipeline_creditsplit_note();
DROP TRIGGER pipeline_creditsplit_begins ON pipeline_creditsplit;
DROP FUNCTION pipeline_creditsplit_begin();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0006_trees_move_by_date"),
        ("pipeline", "0069_hygiene"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attainmentsnapshot",
            name="overlay",
            field=models.DecimalField(db_default=0, decimal_places=2, max_digits=16),
        ),
        migrations.CreateModel(
            name="CreditSplit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "set_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("reason", models.CharField(max_length=1000)),
                ("transaction", models.BigIntegerField(db_default=0, editable=False)),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credit_splits",
                        to="pipeline.deal",
                    ),
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
                "ordering": ["deal", "-set_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deal", "set_at"), name="credit_split_set_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="credit_split_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("revenue", "Revenue"), ("overlay", "Overlay")], max_length=10
                    ),
                ),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "split",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="pipeline.creditsplit",
                    ),
                ),
            ],
            options={
                "ordering": ["split", "-kind", "-percent", "person__full_name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["revenue", "overlay"])),
                        name="credit_share_kind",
                    ),
                    models.UniqueConstraint(
                        fields=("split", "kind", "person"), name="credit_share_once_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gt", 0), ("percent__lte", 100)),
                        name="credit_share_percent",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
