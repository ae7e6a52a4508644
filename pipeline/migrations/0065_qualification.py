"""Frameworks that deals are qualified by: MEDDPICC, in use, and BANT, which an admin can turn on."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

FRAMEWORKS = """
WITH made AS (
    INSERT INTO pipeline_framework (name, archived_at)
    VALUES ('MEDDPICC', NULL), ('BANT', now()) RETURNING id, name
)
INSERT INTO pipeline_frameworkelement (framework_id, name, question, "order")
SELECT made.id, element.name, element.question, element.place
  FROM made JOIN (VALUES
    ('MEDDPICC', 'Metrics', 'Which numbers will improve for the buyer, and by how much?', 10),
    ('MEDDPICC', 'Economic buyer', 'Who can say yes when all others have, and have we met?', 20),
    ('MEDDPICC', 'Decision criteria', 'By what will they compare us with the alternatives?', 30),
    ('MEDDPICC', 'Decision process', 'Who decides what, in which steps, by when?', 40),
    ('MEDDPICC', 'Paper process', 'What must legal, security and purchasing do, and how long?', 50),
    ('MEDDPICC', 'Identify pain', 'What does it cost the buyer to leave all as it is?', 60),
    ('MEDDPICC', 'Champion', 'Who with influence sells for us when we are not there?', 70),
    ('MEDDPICC', 'Competition', 'Who else is considered, doing nothing included?', 80),
    ('BANT', 'Budget', 'Is there money for it, and whose is it?', 10),
    ('BANT', 'Authority', 'Do we talk with those who decide?', 20),
    ('BANT', 'Need', 'What must become better, and for whom?', 30),
    ('BANT', 'Timing', 'By when must it work, and why then?', 40)
  ) AS element (framework, name, question, place) ON element.framework = made.name
 ORDER BY made.id, element.place;
"""
GUARDS = """
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_elementscore
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');
CREATE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_gaprule
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');
"""
UNGUARD = """
DROP TRIGGER pipeline_only_ended ON pipeline_gaprule;
DROP TRIGGER pipeline_only_ended ON pipeline_elementscore;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0064_no_decision_maker_signal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Framework",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="framework_name_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="framework_named"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrameworkElement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("question", models.CharField(max_length=300)),
                ("order", models.PositiveSmallIntegerField(default=10)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "framework",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elements",
                        to="pipeline.framework",
                    ),
                ),
            ],
            options={
                "ordering": ["framework", "order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ElementScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.PositiveSmallIntegerField()),
                ("evidence", models.TextField(blank=True)),
                ("asked", models.CharField(max_length=400)),
                (
                    "scored_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="pipeline.deal",
                    ),
                ),
                (
                    "scored_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.frameworkelement",
                    ),
                ),
            ],
            options={
                "ordering": ["-scored_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="GapRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minimum", models.PositiveSmallIntegerField()),
                (
                    "valid_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("valid_to", models.DateTimeField(editable=False, null=True)),
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="pipeline.frameworkelement",
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
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.stage",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="frameworkelement",
            constraint=models.UniqueConstraint(
                models.F("framework"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("archived_at", None)),
                name="element_name_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="frameworkelement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True), models.Q(("question", ""), _negated=True)
                ),
                name="element_asks",
            ),
        ),
        migrations.AddIndex(
            model_name="elementscore",
            index=models.Index(fields=["deal", "element", "-scored_at"], name="score_newest"),
        ),
        migrations.AddConstraint(
            model_name="elementscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__lte", 3)), name="score_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="elementscore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("score", 0), models.Q(("evidence", ""), _negated=True), _connector="OR"
                ),
                name="score_has_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="gaprule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)),
                fields=("element", "stage"),
                name="gap_once_a_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="gaprule",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum__range", (1, 3))), name="gap_minimum"
            ),
        ),
        migrations.RunSQL(FRAMEWORKS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
