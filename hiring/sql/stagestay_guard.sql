-- The history of applications is written by the trigger on applications alone.
CREATE OR REPLACE FUNCTION hiring_stagestay_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the history of applications is written by the database alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER hiring_stagestay_guard
BEFORE INSERT OR UPDATE OR DELETE ON hiring_stagestay
FOR EACH STATEMENT EXECUTE FUNCTION hiring_stagestay_guard();

CREATE OR REPLACE TRIGGER hiring_stagestay_never_emptied BEFORE TRUNCATE ON hiring_stagestay
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
