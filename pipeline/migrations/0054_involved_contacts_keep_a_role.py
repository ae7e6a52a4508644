"""Those who were named as involved stay so, in a role that says no more than was known.

When they were named was not kept; from this moment on it is.
"""

from django.db import migrations

COPY = """
INSERT INTO pipeline_dealcontact (deal_id, contact_id, role)
SELECT deal_id, contact_id, 'other' FROM pipeline_deal_contacts ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0053_contacts_play_roles")]
    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="deal", name="contacts"),
    ]
