-- A criterion cannot depend on itself, directly or through others.
CREATE OR REPLACE FUNCTION pipeline_criterion_in_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time: two that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711021);
    IF EXISTS (
        WITH RECURSIVE before(criterion_id) AS (
            SELECT NEW.depends_on_id
            UNION
            SELECT version.depends_on_id
              FROM before JOIN pipeline_criterionversion version
                ON version.criterion_id = before.criterion_id AND version.valid_to IS NULL
             WHERE version.depends_on_id IS NOT NULL
        )
        SELECT 1 FROM before WHERE criterion_id = NEW.criterion_id
    ) THEN
        RAISE EXCEPTION 'criterion % would depend on itself', NEW.criterion_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criterion_in_no_circle';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_criterion_in_no_circle BEFORE INSERT ON pipeline_criterionversion
FOR EACH ROW WHEN (NEW.depends_on_id IS NOT NULL)
EXECUTE FUNCTION pipeline_criterion_in_no_circle();
