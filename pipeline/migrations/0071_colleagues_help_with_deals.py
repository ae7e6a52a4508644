"""Colleagues who help with a deal see it; which roles of the customer a stage needs."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

LEND = """
-- Whoever helps with a deal may see it, and whoever has credit for it by the split in force.
CREATE FUNCTION pipeline_lend(who bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE org_person SET lent_deals = ARRAY(
        SELECT deal_id FROM pipeline_dealcollaborator WHERE person_id = who AND ended_at IS NULL
        UNION
        SELECT s.deal_id FROM pipeline_creditshare h JOIN pipeline_creditsplit s ON s.id = h.split_id
         WHERE h.person_id = who
           AND NOT EXISTS (SELECT 1 FROM pipeline_creditsplit later
                            WHERE later.deal_id = s.deal_id AND later.set_at > s.set_at)
         ORDER BY 1)
     WHERE id = who
$$;

CREATE FUNCTION pipeline_lend_helper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pipeline_lend(OLD.person_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pipeline_lend(NEW.person_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_dealcollaborator_lends
AFTER INSERT OR UPDATE OR DELETE ON pipeline_dealcollaborator
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_helper();

CREATE FUNCTION pipeline_lend_credited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'pipeline_creditshare' THEN
        PERFORM pipeline_lend(NEW.person_id);
    ELSE
        PERFORM pipeline_lend(h.person_id)
           FROM (SELECT DISTINCT person_id FROM pipeline_creditshare
                  WHERE split_id IN (SELECT id FROM pipeline_creditsplit
                                      WHERE deal_id = NEW.deal_id)) h;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_creditsplit_lends AFTER INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_credited();
CREATE TRIGGER pipeline_creditshare_lends AFTER INSERT ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_credited();

-- Saving a whole person must not bring back what they were lent before.
CREATE FUNCTION pipeline_lent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        NEW.lent_deals := OLD.lent_deals;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_person_lent BEFORE UPDATE OF lent_deals ON org_person
FOR EACH ROW EXECUTE FUNCTION pipeline_lent_stays();

CREATE FUNCTION pipeline_dealcollaborator_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the deal, person, role and start of a collaborator stay as they were written'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER pipeline_dealcollaborator_stays BEFORE UPDATE ON pipeline_dealcollaborator
FOR EACH ROW
WHEN ((OLD.deal_id, OLD.person_id, OLD.role, OLD.added_at)
      IS DISTINCT FROM (NEW.deal_id, NEW.person_id, NEW.role, NEW.added_at))
EXECUTE FUNCTION pipeline_dealcollaborator_guard();

DO $$ BEGIN
    PERFORM pipeline_lend(person_id) FROM (SELECT DISTINCT person_id FROM pipeline_creditshare) h;
END $$;
"""
UNLEND = """
DROP TRIGGER pipeline_dealcollaborator_stays ON pipeline_dealcollaborator;
DROP FUNCTION pipeline_dealcollaborator_guard();
DROP TRIGGER pipeline_person_lent ON org_person;
DROP FUNCTION pipeline_lent_stays();
DROP TRIGGER pipeline_creditshare_lends ON pipeline_creditshare;
DROP TRIGGER pipeline_creditsplit_lends ON pipeline_creditsplit;
DROP FUNCTION pipeline_lend_credited();
DROP TRIGGER pipeline_dealcollaborator_lends ON pipeline_dealcollaborator;
DROP FUNCTION pipeline_lend_helper();
DROP FUNCTION pipeline_lend(bigint);
"""
HELPING = [
    ("solution_engineer", "Solution engineer"),
    ("specialist", "Specialist"),
    ("sponsor", "Executive sponsor"),
    ("partner_manager", "Partner manager"),
    ("delivery", "Delivery"),
    ("other", "Other"),
]
BUYING = ["economic_buyer", "champion", "technical", "legal", "user", "blocker", "other"]


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0007_people_are_lent_deals"),
        ("pipeline", "0070_credit_is_split"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DealCollaborator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(choices=HELPING, max_length=20)),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collaborators",
                        to="pipeline.deal",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["deal", "person__full_name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", [role for role, _ in HELPING])),
                        name="deal_collaborator_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("deal", "person"),
                        name="deal_collaborator_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("added_at")),
                            _connector="OR",
                        ),
                        name="deal_collaborator_lasts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StagePeople",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "named",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "engaged",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="pipeline.stage",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people by stage",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("named__contained_by", BUYING), ("engaged__contained_by", BUYING)
                        ),
                        name="stage_people_roles",
                    )
                ],
            },
        ),
        migrations.RunSQL(LEND, UNLEND),
    ]
