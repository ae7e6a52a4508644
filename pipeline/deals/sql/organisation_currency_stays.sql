-- The reporting currency stays once anything is kept in it.
--
-- The trigger is on org's table and belongs to pipeline because it has to know deals, of which org
-- knows nothing.
CREATE OR REPLACE FUNCTION pipeline_organisation_currency_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER pipeline_organisation_currency_stays
BEFORE UPDATE OF currency ON org_organisation
FOR EACH ROW WHEN (NEW.currency IS DISTINCT FROM OLD.currency)
EXECUTE FUNCTION pipeline_organisation_currency_stays();
