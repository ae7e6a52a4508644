-- A split remembers the transaction that made it and cannot be set in the future.
CREATE OR REPLACE FUNCTION pipeline_creditsplit_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    -- Clocks of servers differ by a little.
    IF NEW.set_at > clock_timestamp() + interval '1 minute' THEN
        RAISE EXCEPTION 'credit cannot be parted in the future'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_split_set_by_now';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_creditsplit_begins BEFORE INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_creditsplit_begin();
