from django.db import migrations

GUARD = """
CREATE TRIGGER hiring_stagestay_never_emptied BEFORE TRUNCATE ON hiring_stagestay
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
"""
UNGUARD = "DROP TRIGGER hiring_stagestay_never_emptied ON hiring_stagestay"


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0004_what_only_grows_is_not_emptied"),
        ("hiring", "0002_stage_history"),
    ]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
