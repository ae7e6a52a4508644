from django.db import migrations

GUARD = """
CREATE TRIGGER pipeline_dealversion_never_emptied BEFORE TRUNCATE ON pipeline_dealversion
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = "DROP TRIGGER pipeline_dealversion_never_emptied ON pipeline_dealversion"


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0004_what_only_grows_is_not_emptied"),
        ("pipeline", "0036_reporting_currency_stays"),
    ]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
