"""The second guard of private notes: the database shows a row to its author alone.

FORCE makes the rule hold for the tables' owner too; only a superuser of the server stands above
it, which is why the application must not run as one (the check ``coaching.E001`` says so).
"""

from django.db import migrations

GUARD = """
ALTER TABLE coaching_privatenote ENABLE ROW LEVEL SECURITY;
ALTER TABLE coaching_privatenote FORCE ROW LEVEL SECURITY;
CREATE POLICY author_alone ON coaching_privatenote
    USING (author_id = nullif(current_setting('salesmgr.viewer', true), '')::bigint)
    WITH CHECK (author_id = nullif(current_setting('salesmgr.viewer', true), '')::bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("coaching", "0001_one_on_ones")]
    operations = [migrations.RunSQL(GUARD)]
