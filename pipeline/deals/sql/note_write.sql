-- Note since when the present transaction changes what recompute runs are made of, so that a run
-- that is under way is computed again.
CREATE OR REPLACE FUNCTION pipeline_note_write(since timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    noted timestamptz := pipeline_setting('noted_since')::timestamptz;
BEGIN
    -- Once in a transaction, unless it comes to reach further back.
    IF since < coalesce(noted, 'infinity') THEN
        INSERT INTO pipeline_pastwrite (since, noted_at) VALUES (since, clock_timestamp());
        PERFORM set_config('salesmgr.noted_since', since::text, true);
    END IF;
END $$;
