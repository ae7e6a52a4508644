-- What people decided about a deal that breaks a rule stays as it was written.
CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON analytics_disposition
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');

CREATE OR REPLACE TRIGGER pipeline_disposition_never_emptied BEFORE TRUNCATE ON analytics_disposition
FOR EACH STATEMENT EXECUTE FUNCTION org_never_emptied();
