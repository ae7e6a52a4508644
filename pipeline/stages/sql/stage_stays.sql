-- A stage stays in its pipeline once deals were in it: versions say by their stage which pipeline
-- a deal was in.
CREATE OR REPLACE FUNCTION pipeline_stage_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_deal WHERE stage_id = NEW.id)
       OR EXISTS (SELECT 1 FROM pipeline_dealversion WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'deals stood in stage %, so it stays in its pipeline', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_pipeline_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_stage_stays BEFORE UPDATE OF pipeline_id ON pipeline_stage
FOR EACH ROW WHEN (NEW.pipeline_id IS DISTINCT FROM OLD.pipeline_id)
EXECUTE FUNCTION pipeline_stage_stays();
