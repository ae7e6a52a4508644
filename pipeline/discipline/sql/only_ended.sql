-- Rows of a table with this trigger are added and ended, never changed. The arguments are the
-- columns that end a row, the first of which is set once; 'never' is no column: such rows do not
-- end either.
CREATE OR REPLACE FUNCTION pipeline_only_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := TG_ARGV;
BEGIN
    IF to_jsonb(OLD) ->> ends[1] IS NOT NULL OR to_jsonb(OLD) - ends <> to_jsonb(NEW) - ends THEN
        RAISE EXCEPTION 'rows of % are added and ended, never changed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'only_added_and_ended';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_criterionversion
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_requiredfield
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_criterionmet
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('withdrawn_at', 'withdrawn_by_id');

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_stageoverride
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_elementscore
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('never');

CREATE OR REPLACE TRIGGER pipeline_only_ended BEFORE UPDATE ON pipeline_gaprule
FOR EACH ROW EXECUTE FUNCTION pipeline_only_ended('valid_to');
