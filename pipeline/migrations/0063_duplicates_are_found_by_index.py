import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of big tables are built beside their use.
    atomic = False

    dependencies = [
        ("pipeline", "0062_duplicates"),
    ]

    operations = [
        ValidateConstraint(model_name="account", name="account_merged_is_archived"),
        ValidateConstraint(model_name="contact", name="contact_merged_is_archived"),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                models.Func(
                    models.F("name"), function="pipeline_name_key", output_field=models.TextField()
                ),
                name="account_by_key",
            ),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                models.Func(
                    models.F("website"),
                    function="pipeline_web_domain",
                    output_field=models.TextField(),
                ),
                name="account_by_domain",
            ),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                django.db.models.functions.text.Lower("email"), name="contact_by_email"
            ),
        ),
    ]
