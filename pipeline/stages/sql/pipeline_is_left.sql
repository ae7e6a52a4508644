-- A pipeline in which open deals are cannot be archived.
CREATE OR REPLACE FUNCTION pipeline_pipeline_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_stage stage
                 JOIN pipeline_deal deal ON deal.stage_id = stage.id
                WHERE stage.pipeline_id = NEW.id AND stage.kind = 'open'
                  AND deal.status = 'open' AND deal.archived_at IS NULL) THEN
        RAISE EXCEPTION 'open deals stand in pipeline %', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pipeline_holds_open_deals';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_pipeline_is_left
BEFORE UPDATE OF archived_at ON pipeline_pipeline
FOR EACH ROW WHEN (OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL)
EXECUTE FUNCTION pipeline_pipeline_is_left();
