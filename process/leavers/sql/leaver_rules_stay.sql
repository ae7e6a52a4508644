-- How the open deals of leavers are offered to others: what was set before stays to be read.
CREATE OR REPLACE TRIGGER pipeline_leaverrule_append_only
BEFORE UPDATE OR DELETE ON process_leaverrule
FOR EACH ROW EXECUTE FUNCTION org_append_only();

CREATE OR REPLACE TRIGGER pipeline_leaverrule_never_emptied BEFORE TRUNCATE ON process_leaverrule
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
