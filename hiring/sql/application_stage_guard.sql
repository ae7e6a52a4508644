-- No application enters a stage that is archived. The stage's row is locked, so that a move and an
-- archiving at the same moment cannot pass each other.
CREATE OR REPLACE FUNCTION hiring_application_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM hiring_hiringstage
      WHERE id = NEW.stage_id AND archived_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stage % is out of use', NEW.stage_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_stage_in_use';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER hiring_application_enters_stage BEFORE INSERT ON hiring_application
FOR EACH ROW EXECUTE FUNCTION hiring_application_stage_guard();

CREATE OR REPLACE TRIGGER hiring_application_changes_stage
BEFORE UPDATE OF stage_id ON hiring_application
FOR EACH ROW WHEN (OLD.stage_id <> NEW.stage_id)
EXECUTE FUNCTION hiring_application_stage_guard();
