"""Who plays a part in a deal, with when; what a row says of the past is not rewritten."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION pipeline_dealcontact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the deal, role and start of a contact stay as they were written'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER pipeline_dealcontact_stays BEFORE UPDATE OF deal_id, role, added_at
ON pipeline_dealcontact FOR EACH ROW
WHEN ((OLD.deal_id, OLD.role, OLD.added_at) IS DISTINCT FROM (NEW.deal_id, NEW.role, NEW.added_at))
EXECUTE FUNCTION pipeline_dealcontact_guard();
"""
UNGUARD = """
DROP TRIGGER pipeline_dealcontact_stays ON pipeline_dealcontact;
DROP FUNCTION pipeline_dealcontact_guard();
"""
ROLES = [
    ("economic_buyer", "Economic buyer"),
    ("champion", "Champion"),
    ("technical", "Technical"),
    ("legal", "Legal"),
    ("user", "User"),
    ("blocker", "Blocker"),
    ("other", "Other"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0052_activity_constraints_hold_for_all"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DealContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(choices=ROLES, max_length=20)),
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
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deal_roles",
                        to="pipeline.contact",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_roles",
                        to="pipeline.deal",
                    ),
                ),
            ],
            options={
                "ordering": ["deal", "contact__full_name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", [role for role, _ in ROLES])),
                        name="deal_contact_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("deal", "contact", "role"),
                        name="deal_contact_in_a_role_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("added_at")),
                            _connector="OR",
                        ),
                        name="deal_contact_lasts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
