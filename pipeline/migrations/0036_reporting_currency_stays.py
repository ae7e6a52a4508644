"""The reporting currency stays once anything is kept in it.

The trigger stands on org's table and lives here because it has to know deals, of which org knows
nothing.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION pipeline_kept_in_reporting_currency() RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (SELECT 1 FROM pipeline_deal WHERE amount IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pipeline_dealversion WHERE amount IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pipeline_account WHERE annual_revenue IS NOT NULL)
        OR EXISTS (SELECT 1 FROM org_quota WHERE measure = 'bookings' AND target IS NOT NULL)
        OR EXISTS (SELECT 1 FROM org_exchangerate)
$$;

CREATE FUNCTION pipeline_organisation_currency_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept boolean := pipeline_kept_in_reporting_currency();
BEGIN
    IF NOT kept THEN
        -- What is being written at this moment counts; whatever comes later reads the new currency.
        LOCK TABLE pipeline_account, pipeline_deal, org_quota, org_exchangerate IN SHARE MODE;
        kept := pipeline_kept_in_reporting_currency();
    END IF;
    IF kept THEN
        RAISE EXCEPTION 'amounts are kept in %, so the reporting currency stays', OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_currency_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_organisation_currency_stays BEFORE UPDATE OF currency ON org_organisation
FOR EACH ROW WHEN (NEW.currency IS DISTINCT FROM OLD.currency)
EXECUTE FUNCTION pipeline_organisation_currency_stays();
"""

UNGUARD = """
DROP TRIGGER pipeline_organisation_currency_stays ON org_organisation;
DROP FUNCTION pipeline_organisation_currency_stays();
DROP FUNCTION pipeline_kept_in_reporting_currency();
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0035_closed_versions_by_status")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
