-- An exchange rate by which an amount was converted can be neither changed nor removed: a new one
-- is entered from a later day.
--
-- The triggers are on org's table and belong to pipeline because they have to know deals.
CREATE OR REPLACE FUNCTION pipeline_used_rate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_dealversion version
                WHERE version.currency = OLD.currency
                  AND version.exchange_rate_from = OLD.valid_from) THEN
        RAISE EXCEPTION 'amounts were converted by the rate of % from %',
                        OLD.currency, OLD.valid_from
            USING ERRCODE = 'check_violation', CONSTRAINT = 'exchange_rate_unused';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE TRIGGER pipeline_used_rate_removed BEFORE DELETE ON org_exchangerate
FOR EACH ROW EXECUTE FUNCTION pipeline_used_rate_stays();

CREATE OR REPLACE TRIGGER pipeline_used_rate_changed BEFORE UPDATE ON org_exchangerate
FOR EACH ROW WHEN ((OLD.currency, OLD.valid_from, OLD.rate)
                   IS DISTINCT FROM (NEW.currency, NEW.valid_from, NEW.rate))
EXECUTE FUNCTION pipeline_used_rate_stays();
