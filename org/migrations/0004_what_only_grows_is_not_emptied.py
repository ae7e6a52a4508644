"""TRUNCATE, which fires no row trigger, must not empty what is only added.

Whoever must empty a whole database, such as a test run, sets `salesmgr.emptying` to 'on' for the
transaction; nothing of the product does.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION org_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('salesmgr.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER org_quota_never_emptied BEFORE TRUNCATE ON org_quota
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
CREATE TRIGGER org_auditentry_never_emptied BEFORE TRUNCATE ON org_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
CREATE TRIGGER org_reportingclosure_never_emptied BEFORE TRUNCATE ON org_reportingclosure
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();

-- Lines may end and go; then nobody stands above anybody any more.
CREATE FUNCTION org_empty_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4711001);
    DELETE FROM org_reportingclosure WHERE depth > 0;
    RETURN NULL;
END $$;

CREATE TRIGGER org_reportingline_emptied AFTER TRUNCATE ON org_reportingline
FOR EACH STATEMENT EXECUTE FUNCTION org_empty_closure();
"""

UNGUARD = """
DROP TRIGGER org_reportingline_emptied ON org_reportingline;
DROP FUNCTION org_empty_closure();
DROP TRIGGER org_reportingclosure_never_emptied ON org_reportingclosure;
DROP TRIGGER org_auditentry_never_emptied ON org_auditentry;
DROP TRIGGER org_quota_never_emptied ON org_quota;
DROP FUNCTION org_never_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0003_api_tokens_and_kept_replies")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
