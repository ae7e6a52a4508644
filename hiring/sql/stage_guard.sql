-- A stage keeps its kind once candidates were in it, and is not archived while some are in it.
CREATE OR REPLACE FUNCTION hiring_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> OLD.kind
       AND EXISTS (SELECT 1 FROM hiring_stagestay WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'candidates have stood in stage %, so its kind stays', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hiring_stage_kind_stays';
    END IF;
    IF OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM hiring_application
                    WHERE stage_id = NEW.id AND archived_at IS NULL) THEN
        RAISE EXCEPTION 'candidates stand in stage %, so it stays in use', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hiring_stage_is_empty';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER hiring_stage_guard BEFORE UPDATE ON hiring_hiringstage
FOR EACH ROW EXECUTE FUNCTION hiring_stage_guard();
