-- A stage in which open deals are cannot be archived.
CREATE OR REPLACE FUNCTION pipeline_stage_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_deal
                WHERE stage_id = NEW.id AND status = 'open' AND archived_at IS NULL) THEN
        RAISE EXCEPTION 'open deals stand in stage %', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_holds_open_deals';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_stage_is_left BEFORE UPDATE OF archived_at ON pipeline_stage
FOR EACH ROW WHEN (OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL)
EXECUTE FUNCTION pipeline_stage_is_left();
