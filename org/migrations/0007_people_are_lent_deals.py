"""Room for the deals of others that a person may see; pipeline's triggers fill it."""

import django.contrib.postgres.fields
from django.db import migrations, models

DEFAULT = "ALTER TABLE org_person ALTER COLUMN lent_deals SET DEFAULT '{}'"
NO_DEFAULT = "ALTER TABLE org_person ALTER COLUMN lent_deals DROP DEFAULT"


class Migration(migrations.Migration):
    dependencies = [("org", "0006_trees_move_by_date")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="lent_deals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.RunSQL(DEFAULT, NO_DEFAULT),
    ]
