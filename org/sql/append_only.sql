-- Rows of a table with this trigger are only added, never changed or deleted: quotas and the audit
-- log here, and the rules that admins set in other apps.
CREATE OR REPLACE FUNCTION org_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added, never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER org_quota_append_only BEFORE UPDATE OR DELETE ON org_quota
FOR EACH ROW EXECUTE FUNCTION org_append_only();

CREATE OR REPLACE TRIGGER org_auditentry_append_only BEFORE UPDATE OR DELETE ON org_auditentry
FOR EACH ROW EXECUTE FUNCTION org_append_only();
