-- Who stands above whom, and on which days: rebuilt from the reporting lines after every change.
--
-- A person who left stays below the manager of their last day, so that their deals are looked
-- after. A line that would make somebody their own manager is refused. Rebuilds wait for each
-- other: two changes that are harmless alone can make a circle together.
CREATE OR REPLACE FUNCTION org_rebuild_closure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    circle bigint;
BEGIN
    -- One rebuild at a time: two moves that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711001);
    DROP TABLE IF EXISTS pg_temp.closure_draft;
    CREATE TEMP TABLE closure_draft ON COMMIT DROP AS
    WITH RECURSIVE line AS (
        SELECT person_id, manager_id, daterange(valid_from, valid_to) AS valid
        FROM org_reportingline
        UNION ALL
        -- Whoever left stays below the manager of their last day.
        SELECT person.id, last.manager_id, daterange(last.valid_to, NULL)
        FROM org_person person
        JOIN org_reportingline last
          ON last.person_id = person.id
         AND last.valid_from < person.left_on AND last.valid_to >= person.left_on
        WHERE NOT EXISTS (SELECT 1 FROM org_reportingline later
                          WHERE later.person_id = person.id AND later.valid_from >= last.valid_to)
    ), above AS (
        SELECT manager_id AS ancestor, person_id AS descendant, 1 AS depth, valid
        FROM line
        UNION ALL
        SELECT line.manager_id, above.descendant, above.depth + 1, above.valid * line.valid
        FROM above
        JOIN line ON line.person_id = above.ancestor AND above.valid && line.valid
        WHERE above.ancestor <> above.descendant AND above.depth < 100
    )
    SELECT * FROM above;

    SELECT descendant INTO circle FROM closure_draft WHERE ancestor = descendant LIMIT 1;
    IF circle IS NOT NULL THEN
        RAISE EXCEPTION 'person % would report to themself through others', circle
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reporting_line_no_circle';
    END IF;

    DELETE FROM org_reportingclosure WHERE depth > 0;
    INSERT INTO org_reportingclosure (ancestor_id, descendant_id, depth, valid_from, valid_to)
    SELECT ancestor, descendant, depth, lower(valid), upper(valid) FROM closure_draft;
    DROP TABLE closure_draft;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_reportingline_closure
AFTER INSERT OR UPDATE OR DELETE ON org_reportingline
FOR EACH STATEMENT EXECUTE FUNCTION org_rebuild_closure();

CREATE OR REPLACE TRIGGER org_person_left_closure AFTER UPDATE OF left_on ON org_person
FOR EACH ROW WHEN (OLD.left_on IS DISTINCT FROM NEW.left_on)
EXECUTE FUNCTION org_rebuild_closure();
