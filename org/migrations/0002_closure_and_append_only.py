"""The reporting closure, written by the database; rows that may only be added."""

from django.db import migrations

CLOSURE = """
CREATE FUNCTION org_rebuild_closure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    circle bigint;
BEGIN
    -- One rebuild at a time: two moves that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711001);
    DROP TABLE IF EXISTS pg_temp.closure_draft;
    CREATE TEMP TABLE closure_draft ON COMMIT DROP AS
    WITH RECURSIVE above AS (
        SELECT manager_id AS ancestor, person_id AS descendant, 1 AS depth,
               daterange(valid_from, valid_to) AS valid
        FROM org_reportingline
        UNION ALL
        SELECT line.manager_id, above.descendant, above.depth + 1,
               above.valid * daterange(line.valid_from, line.valid_to)
        FROM above
        JOIN org_reportingline line
          ON line.person_id = above.ancestor
         AND above.valid && daterange(line.valid_from, line.valid_to)
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

CREATE TRIGGER org_reportingline_closure
AFTER INSERT OR UPDATE OR DELETE ON org_reportingline
FOR EACH STATEMENT EXECUTE FUNCTION org_rebuild_closure();

CREATE FUNCTION org_person_own_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO org_reportingclosure (ancestor_id, descendant_id, depth, valid_from)
    VALUES (NEW.id, NEW.id, 0, DATE '1900-01-01');
    RETURN NULL;
END $$;

CREATE TRIGGER org_person_own_closure
AFTER INSERT ON org_person
FOR EACH ROW EXECUTE FUNCTION org_person_own_closure();
"""

TREES = """
CREATE FUNCTION org_refuse_circle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looped boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(4711002);
    EXECUTE format(
        'WITH RECURSIVE up AS (
             SELECT parent_id AS id, 1 AS depth FROM %1$I WHERE id = $1
             UNION ALL
             SELECT t.parent_id, up.depth + 1 FROM up JOIN %1$I t ON t.id = up.id WHERE up.depth < 100
         ) SELECT EXISTS (SELECT 1 FROM up WHERE id = $1)', TG_TABLE_NAME)
    INTO looped USING NEW.id;
    IF looped THEN
        RAISE EXCEPTION '% % would lie inside itself', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER org_team_no_circle AFTER INSERT OR UPDATE OF parent_id ON org_team
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION org_refuse_circle();
CREATE TRIGGER org_territory_no_circle AFTER INSERT OR UPDATE OF parent_id ON org_territory
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION org_refuse_circle();
"""

APPEND_ONLY = """
CREATE FUNCTION org_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added, never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER org_quota_append_only BEFORE UPDATE OR DELETE ON org_quota
FOR EACH ROW EXECUTE FUNCTION org_append_only();
CREATE TRIGGER org_auditentry_append_only BEFORE UPDATE OR DELETE ON org_auditentry
FOR EACH ROW EXECUTE FUNCTION org_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0001_people_teams_calendar")]
    operations = [migrations.RunSQL(sql) for sql in (CLOSURE, TREES, APPEND_ONLY)]
