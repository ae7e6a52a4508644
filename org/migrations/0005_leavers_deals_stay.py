"""A leaver's deals stay with the line and the team that they left from, until reassigned."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models

import kit.fields

CLOSURE = """
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

CREATE TRIGGER org_person_left_closure
AFTER UPDATE OF left_on ON org_person
FOR EACH ROW WHEN (OLD.left_on IS DISTINCT FROM NEW.left_on)
EXECUTE FUNCTION org_rebuild_closure();

-- Rebuilds once with those who left already: the trigger asks for no row.
UPDATE org_reportingline SET valid_to = valid_to WHERE false;
"""

SEATS = """
CREATE FUNCTION org_membership_counts_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone date;
BEGIN
    SELECT left_on INTO gone FROM org_person WHERE id = NEW.person_id;
    NEW.counts_to := CASE
        WHEN NEW.valid_from < gone AND NEW.valid_to >= gone THEN NULL ELSE NEW.valid_to END;
    RETURN NEW;
END $$;

CREATE TRIGGER org_membership_counts_to BEFORE INSERT OR UPDATE ON org_teammembership
FOR EACH ROW EXECUTE FUNCTION org_membership_counts_to();

CREATE FUNCTION org_person_left_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE org_teammembership SET valid_to = valid_to WHERE person_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER org_person_left_seat AFTER UPDATE OF left_on ON org_person
FOR EACH ROW WHEN (OLD.left_on IS DISTINCT FROM NEW.left_on)
EXECUTE FUNCTION org_person_left_seat();

UPDATE org_teammembership SET valid_to = valid_to;
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0004_what_only_grows_is_not_emptied")]
    operations = [
        migrations.AddField(
            model_name="teammembership",
            name="counts_to",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunSQL(CLOSURE),
        migrations.RunSQL(SEATS),
        migrations.RemoveConstraint(
            model_name="teammembership",
            name="membership_one_team_a_day",
        ),
        migrations.AddConstraint(
            model_name="teammembership",
            constraint=ExclusionConstraint(
                name="membership_one_team_a_day",
                expressions=[
                    (kit.fields.SameId("person"), "&&"),
                    (kit.fields.Days("valid_from", "counts_to"), "&&"),
                ],
            ),
        ),
    ]
