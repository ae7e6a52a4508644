-- Activity targets are only added: a past week is judged by the target of its time.
CREATE OR REPLACE TRIGGER pipeline_activitytarget_append_only
BEFORE UPDATE OR DELETE ON process_activitytarget
FOR EACH ROW EXECUTE FUNCTION org_append_only();

CREATE OR REPLACE TRIGGER pipeline_activitytarget_never_emptied
BEFORE TRUNCATE ON process_activitytarget
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
