-- The part that a contact played in a deal, and since when, stays as it was written; it can only
-- end.
CREATE OR REPLACE FUNCTION pipeline_dealcontact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the deal, role and start of a contact stay as they were written'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER pipeline_dealcontact_stays
BEFORE UPDATE OF deal_id, role, added_at ON pipeline_dealcontact
FOR EACH ROW
WHEN ((OLD.deal_id, OLD.role, OLD.added_at) IS DISTINCT FROM (NEW.deal_id, NEW.role, NEW.added_at))
EXECUTE FUNCTION pipeline_dealcontact_guard();
