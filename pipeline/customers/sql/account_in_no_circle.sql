-- An account cannot lie below itself, directly or through others.
CREATE OR REPLACE FUNCTION pipeline_account_in_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time: two that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711022);
    IF EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.parent_id
            UNION
            SELECT account.parent_id
              FROM above JOIN pipeline_account account ON account.id = above.id
             WHERE account.parent_id IS NOT NULL
        )
        SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'account % would lie below itself', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_in_no_circle';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_account_in_no_circle
BEFORE INSERT OR UPDATE OF parent_id ON pipeline_account
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)
EXECUTE FUNCTION pipeline_account_in_no_circle();
