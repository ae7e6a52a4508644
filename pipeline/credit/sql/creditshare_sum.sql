-- The revenue shares of a split make 100 percent at the end of the transaction. Overlay credit may
-- make any sum.
CREATE OR REPLACE FUNCTION pipeline_creditshare_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
BEGIN
    SELECT sum(percent) INTO total FROM pipeline_creditshare
     WHERE split_id = NEW.split_id AND kind = 'revenue';
    IF total <> 100 THEN
        RAISE EXCEPTION 'revenue shares make % percent, not 100', total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_split_is_whole';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS pipeline_creditshare_sums ON pipeline_creditshare;
CREATE CONSTRAINT TRIGGER pipeline_creditshare_sums AFTER INSERT ON pipeline_creditshare
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pipeline_creditshare_sum();
