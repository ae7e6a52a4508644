-- Without reporting lines nobody stands above anybody else. TRUNCATE fires no row trigger, so it
-- needs this one.
CREATE OR REPLACE FUNCTION org_empty_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4711001);
    DELETE FROM org_reportingclosure WHERE depth > 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_reportingline_emptied AFTER TRUNCATE ON org_reportingline
FOR EACH STATEMENT EXECUTE FUNCTION org_empty_closure();
