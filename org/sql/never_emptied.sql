-- A table with this trigger cannot be emptied by TRUNCATE, which passes by every row trigger.
--
-- Whoever must empty a whole database, such as a test run, sets salesmgr.emptying to 'on' for the
-- transaction. The product never does.
CREATE OR REPLACE FUNCTION org_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('salesmgr.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_quota_never_emptied BEFORE TRUNCATE ON org_quota
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();

CREATE OR REPLACE TRIGGER org_auditentry_never_emptied BEFORE TRUNCATE ON org_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();

CREATE OR REPLACE TRIGGER org_reportingclosure_never_emptied BEFORE TRUNCATE ON org_reportingclosure
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
