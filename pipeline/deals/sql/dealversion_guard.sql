-- The history of deals is written by the triggers on deals alone. An import that says so may write
-- past versions; this is noted as a change of all time, and the import must check the result by
-- pipeline_history_faults.
CREATE OR REPLACE FUNCTION pipeline_dealversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        IF pipeline_setting('rewrite_history') IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'deal history is written by the database alone'
                USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM pipeline_note_write(TIMESTAMPTZ '1900-01-01 00:00:00+00');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_dealversion_guard
BEFORE INSERT OR UPDATE OR DELETE ON pipeline_dealversion
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_dealversion_guard();

CREATE OR REPLACE TRIGGER pipeline_dealversion_never_emptied BEFORE TRUNCATE ON pipeline_dealversion
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
