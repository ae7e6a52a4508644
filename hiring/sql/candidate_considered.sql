-- A candidate is considered for a requisition from the transaction on that adds them: one without
-- would belong to nobody.
CREATE OR REPLACE FUNCTION hiring_candidate_considered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM hiring_application WHERE candidate_id = NEW.id) THEN
        RAISE EXCEPTION 'candidate % is considered for no requisition', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'candidate_considered';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS hiring_candidate_considered ON hiring_candidate;
CREATE CONSTRAINT TRIGGER hiring_candidate_considered AFTER INSERT ON hiring_candidate
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hiring_candidate_considered();
