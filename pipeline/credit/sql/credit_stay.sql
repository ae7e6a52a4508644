-- Splits of credit and their shares are only added: a new split takes the place of the one before,
-- which says what held until then.
CREATE OR REPLACE FUNCTION pipeline_credit_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'splits of credit are only added' USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER pipeline_creditsplit_stays
BEFORE UPDATE OR DELETE ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_credit_stay();

CREATE OR REPLACE TRIGGER pipeline_creditshare_stays
BEFORE UPDATE OR DELETE ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_credit_stay();

CREATE OR REPLACE TRIGGER pipeline_creditsplit_never_emptied BEFORE TRUNCATE ON pipeline_creditsplit
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();

CREATE OR REPLACE TRIGGER pipeline_creditshare_never_emptied BEFORE TRUNCATE ON pipeline_creditshare
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
