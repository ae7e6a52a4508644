-- One pipeline is the default, always. Judged at the end of the transaction, in which another one
-- may have become it.
CREATE OR REPLACE FUNCTION pipeline_default_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pipeline_pipeline WHERE is_default) THEN
        RAISE EXCEPTION 'one pipeline is the default'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pipeline_has_default';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS pipeline_default_stays ON pipeline_pipeline;
CREATE CONSTRAINT TRIGGER pipeline_default_stays AFTER UPDATE OR DELETE ON pipeline_pipeline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_default)
EXECUTE FUNCTION pipeline_default_stays();
