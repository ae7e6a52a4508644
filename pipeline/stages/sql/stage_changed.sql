-- A stage that holds deals stays open, won or lost. A new probability or default category goes
-- into its open deals and so into their history.
CREATE OR REPLACE FUNCTION pipeline_stage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> OLD.kind AND EXISTS (SELECT 1 FROM pipeline_deal WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'stage % holds deals, so its kind stays', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_kind_stays';
    END IF;
    IF (NEW.probability, NEW.default_category)
       IS DISTINCT FROM (OLD.probability, OLD.default_category) THEN
        -- An update of nothing makes each open deal take the new definition into its history.
        UPDATE pipeline_deal SET version = version WHERE stage_id = NEW.id AND status = 'open';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_stage_changed AFTER UPDATE ON pipeline_stage
FOR EACH ROW EXECUTE FUNCTION pipeline_stage_changed();
