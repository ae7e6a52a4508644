-- What admins set about risk signals is only added, so that a past day keeps its rules.
CREATE OR REPLACE TRIGGER pipeline_signalrule_append_only
BEFORE UPDATE OR DELETE ON analytics_signalrule
FOR EACH ROW EXECUTE FUNCTION org_append_only();

CREATE OR REPLACE TRIGGER pipeline_signalrule_never_emptied BEFORE TRUNCATE ON analytics_signalrule
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
