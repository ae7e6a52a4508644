"""What names share however they are spelt, and what became of rows that were the same."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# The name in small letters without accents, marks and blanks, "and" for "&", without "the" before
# and legal forms behind. A name of nothing else ("The Company") is its own key. Only the marks of
# ASCII and a few more are taken away, so that a name in any script keeps its letters.
NAME_KEY = r"""
CREATE FUNCTION pipeline_name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    WITH plain AS (
        SELECT btrim(regexp_replace(regexp_replace(replace(regexp_replace(
                   lower(normalize(name, NFKD)),
                   U&'[\0300-\036F.''\2019]', '', 'g'), '&', ' and '),
                   U&'[\0001-\002F\003A-\0040\005B-\0060\007B-\00B7\2010-\2027]+', ' ', 'g'),
                   ' +', ' ', 'g')) AS words
    ), cut AS (
        SELECT words, regexp_replace(regexp_replace(words, '^the ', ''),
            '( (incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|gmbh|mbh'
            '|ag|kg|kgaa|ug|se|sa|sas|sarl|spa|srl|bv|nv|oy|oyj|ab|as|asa|aps|pty|kk))+$', '') AS core
          FROM plain
    )
    SELECT coalesce(nullif(replace(core, ' ', ''), ''), nullif(replace(words, ' ', ''), ''),
                    lower(name)) FROM cut
$$
"""
WEB_DOMAIN = r"""
CREATE FUNCTION pipeline_web_domain(address text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(substring(lower(btrim(address)) FROM
        '^(?:[a-z]+://)?(?:[^/@]*@)?(?:www\d?\.)?([^/:?#\s]+\.[^/:?#\s]+)'), '')
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0061_reviews_of_one_pipeline"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(NAME_KEY, "DROP FUNCTION pipeline_name_key(text)"),
        migrations.RunSQL(WEB_DOMAIN, "DROP FUNCTION pipeline_web_domain(text)"),
        migrations.CreateModel(
            name="Apart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "apart",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("moved", models.JSONField(default=dict)),
                ("fields", models.JSONField(default=dict)),
                ("left", models.JSONField(default=list)),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-merged_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.account",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.contact",
            ),
        ),
        AddConstraintNotValid(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(
                        ("archived_at__isnull", False),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="account_merged_is_archived",
            ),
        ),
        AddConstraintNotValid(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(
                        ("archived_at__isnull", False),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="contact_merged_is_archived",
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="one_account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.account",
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="one_contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.contact",
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="other_account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.account",
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="other_contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="pipeline.contact",
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="said_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="gone_account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.account",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="gone_contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.contact",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept_account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="pipeline.account",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept_contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="pipeline.contact",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="merged_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="apart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("one_account__isnull", False),
                        ("other_account__isnull", False),
                        ("one_contact__isnull", True),
                        ("other_contact__isnull", True),
                        models.Q(("one_account", models.F("other_account")), _negated=True),
                    ),
                    models.Q(
                        ("one_contact__isnull", False),
                        ("other_contact__isnull", False),
                        ("one_account__isnull", True),
                        ("other_account__isnull", True),
                        models.Q(("one_contact", models.F("other_contact")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="apart_one_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="apart",
            constraint=models.UniqueConstraint(
                fields=("one_account", "other_account"), name="apart_accounts_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="apart",
            constraint=models.UniqueConstraint(
                fields=("one_contact", "other_contact"), name="apart_contacts_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("gone_account__isnull", False),
                        ("kept_account__isnull", False),
                        ("gone_contact__isnull", True),
                        ("kept_contact__isnull", True),
                        models.Q(("kept_account", models.F("gone_account")), _negated=True),
                    ),
                    models.Q(
                        ("gone_contact__isnull", False),
                        ("kept_contact__isnull", False),
                        ("gone_account__isnull", True),
                        ("kept_account__isnull", True),
                        models.Q(("kept_contact", models.F("gone_contact")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merge_one_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gone_account__isnull", False), ("undone_at__isnull", True)),
                fields=("gone_account",),
                name="merge_account_goes_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gone_contact__isnull", False), ("undone_at__isnull", True)),
                fields=("gone_contact",),
                name="merge_contact_goes_once",
            ),
        ),
    ]
