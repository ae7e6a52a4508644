-- Shares are added with their split, in the same transaction, and never later.
CREATE OR REPLACE FUNCTION pipeline_creditshare_join() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pipeline_creditsplit
                    WHERE id = NEW.split_id
                      AND transaction = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'a split has the shares that it was set with'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_creditshare_joins BEFORE INSERT ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_creditshare_join();
