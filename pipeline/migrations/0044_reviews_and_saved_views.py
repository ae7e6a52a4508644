import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0005_leavers_deals_stay"),
        ("pipeline", "0043_lists_by_stage_and_account"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PipelineReview",
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
                        choices=[
                            ("person", "Person"),
                            ("team", "Team"),
                            ("territory", "Territory"),
                            ("everyone", "Everyone"),
                            ("below", "Below"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reviewed_at", models.DateTimeField()),
                ("submission", models.UUIDField(editable=False, unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.team",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.territory",
                    ),
                ),
            ],
            options={
                "ordering": ["-reviewed_at", "-pk"],
                "indexes": [
                    models.Index(fields=["reviewer", "-reviewed_at"], name="review_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["person", "team", "territory", "everyone", "below"])
                        ),
                        name="review_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "team"),
                                ("person", None),
                                ("team__isnull", False),
                                ("territory", None),
                            ),
                            models.Q(
                                ("kind", "person"),
                                ("person__isnull", False),
                                ("team", None),
                                ("territory", None),
                            ),
                            models.Q(
                                ("kind", "territory"),
                                ("person", None),
                                ("team", None),
                                ("territory__isnull", False),
                            ),
                            models.Q(
                                ("kind__in", ["everyone", "below"]),
                                ("person", None),
                                ("team", None),
                                ("territory", None),
                            ),
                            _connector="OR",
                        ),
                        name="review_names_its_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "page",
                    models.CharField(
                        choices=[("deals", "Deals"), ("review", "Review"), ("board", "Board")],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=2000)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.team",
                    ),
                ),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name"), "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("page__in", ["deals", "review", "board"])),
                        name="saved_view_page",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="saved_view_named"
                    ),
                    models.UniqueConstraint(
                        models.F("owner"),
                        models.F("page"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at__isnull", True)),
                        name="saved_view_name_unique",
                    ),
                ],
            },
        ),
    ]
