"""Each transaction notes from when on it changes what recompute runs are made of.

The triggers on org's tables live here because org knows nothing of runs. Exchange rates are not
among them: amounts keep the rate they were converted at.
"""

from importlib import import_module

from django.db import migrations

LONG_AGO = "TIMESTAMPTZ '1900-01-01 00:00:00+00'"

NOTE = """
CREATE FUNCTION pipeline_note_write(since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    noted timestamptz := pipeline_setting('noted_since')::timestamptz;
BEGIN
    -- Once in a transaction, unless it comes to reach further back.
    IF since < coalesce(noted, 'infinity') THEN
        INSERT INTO pipeline_pastwrite (since, noted_at) VALUES (since, clock_timestamp());
        PERFORM set_config('salesmgr.noted_since', since::text, true);
    END IF;
END $$;
"""

ROWS = f"""
CREATE FUNCTION pipeline_note_any() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write({LONG_AGO});
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_membership_noted AFTER INSERT OR UPDATE OR DELETE ON org_teammembership
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
CREATE TRIGGER pipeline_team_added_noted AFTER INSERT OR DELETE ON org_team
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
CREATE TRIGGER pipeline_team_moved_noted AFTER UPDATE OF parent_id, archived_at ON org_team
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
CREATE TRIGGER pipeline_placement_noted AFTER INSERT OR UPDATE OR DELETE ON org_teamplacement
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
CREATE TRIGGER pipeline_period_noted AFTER INSERT OR UPDATE OR DELETE ON org_fiscalperiod
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
CREATE TRIGGER pipeline_organisation_noted
AFTER UPDATE OF time_zone, fiscal_year_start_month, currency ON org_organisation
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE FUNCTION pipeline_note_quota() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write(NEW.set_at);
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_quota_noted AFTER INSERT ON org_quota
FOR EACH ROW EXECUTE FUNCTION pipeline_note_quota();

-- An activity counts from when it had happened and was logged.
CREATE FUNCTION pipeline_note_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pipeline_note_write(greatest(NEW.occurred_at, NEW.created_at));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM pipeline_note_write(least(OLD.created_at, NEW.created_at));
    ELSE
        PERFORM pipeline_note_write(OLD.created_at);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_activity_added_noted AFTER INSERT OR DELETE ON pipeline_activity
FOR EACH ROW EXECUTE FUNCTION pipeline_note_activity();
CREATE TRIGGER pipeline_activity_changed_noted
AFTER UPDATE OF created_at, occurred_at, person_id, deal_id, archived_at ON pipeline_activity
FOR EACH ROW EXECUTE FUNCTION pipeline_note_activity();
"""

GUARD = f"""
CREATE OR REPLACE FUNCTION pipeline_dealversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        IF pipeline_setting('rewrite_history') IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'deal history is written by the database alone'
                USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM pipeline_note_write({LONG_AGO});
    END IF;
    RETURN NULL;
END $$;
"""

UNNOTE = """
DROP TRIGGER pipeline_activity_changed_noted ON pipeline_activity;
DROP TRIGGER pipeline_activity_added_noted ON pipeline_activity;
DROP FUNCTION pipeline_note_activity();
DROP TRIGGER pipeline_quota_noted ON org_quota;
DROP FUNCTION pipeline_note_quota();
DROP TRIGGER pipeline_organisation_noted ON org_organisation;
DROP TRIGGER pipeline_period_noted ON org_fiscalperiod;
DROP TRIGGER pipeline_placement_noted ON org_teamplacement;
DROP TRIGGER pipeline_team_moved_noted ON org_team;
DROP TRIGGER pipeline_team_added_noted ON org_team;
DROP TRIGGER pipeline_membership_noted ON org_teammembership;
DROP FUNCTION pipeline_note_any();
DROP FUNCTION pipeline_note_write(timestamptz);
"""
UNGUARD = """
CREATE OR REPLACE FUNCTION pipeline_dealversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND pipeline_setting('rewrite_history') IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'deal history is written by the database alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

former = import_module("pipeline.migrations.0039_future_refused_and_rates_written")


def noting(function: str, before: str, note: str) -> str:
    """Return a function of migration 0039 that also notes what it writes."""
    if function.count(before) != 1:
        raise ValueError(f"{before} is not there once")
    return function.replace(before, f"    PERFORM pipeline_note_write({note});\n{before}")


CHANGED = noting(former.CHANGED, "    now_is.changed_by_id :=", "moment")
CREATED = noting(
    former.CREATED,
    "    INSERT INTO pipeline_dealversion (",
    "(SELECT min(created_at) FROM created)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0006_trees_move_by_date"),
        ("pipeline", "0047_runs_see_one_past"),
    ]
    operations = [
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
        migrations.RunSQL(CHANGED + CREATED + GUARD, former.CHANGED + former.CREATED + UNGUARD),
        migrations.RunSQL(ROWS, UNNOTE),
    ]
