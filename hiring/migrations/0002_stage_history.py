"""The database keeps the history of an application's stages; nobody writes it by hand."""

from django.db import migrations

FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"

STAGES = """
INSERT INTO hiring_hiringstage (name, kind, "order") VALUES
    ('Applied', 'open', 10), ('Screen', 'open', 20), ('Interview', 'open', 30),
    ('Offer', 'open', 40), ('Hired', 'hired', 90), ('Rejected', 'rejected', 95),
    ('Withdrawn', 'withdrawn', 99)
"""

HISTORY = f"""
CREATE FUNCTION hiring_stage_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(
        nullif(current_setting('salesmgr.moment', true), '')::timestamptz, clock_timestamp());
    before timestamptz;
BEGIN
    IF TG_OP = 'INSERT' THEN
        moment := NEW.applied_at;
    ELSE
        IF NEW.stage_id = OLD.stage_id THEN
            RETURN NULL;
        END IF;
        SELECT valid_from INTO STRICT before FROM hiring_stagestay
         WHERE application_id = NEW.id AND valid_to = {FOREVER};
        moment := greatest(moment, before + interval '1 microsecond');
        UPDATE hiring_stagestay SET valid_to = moment
         WHERE application_id = NEW.id AND valid_to = {FOREVER};
    END IF;
    INSERT INTO hiring_stagestay (application_id, stage_id, valid_from, valid_to, changed_by_id)
    VALUES (NEW.id, NEW.stage_id, moment, {FOREVER}, NEW.changed_by_id);
    RETURN NULL;
END $$;

CREATE TRIGGER hiring_stage_stays AFTER INSERT OR UPDATE ON hiring_application
FOR EACH ROW EXECUTE FUNCTION hiring_stage_stays();

CREATE FUNCTION hiring_stagestay_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the history of applications is written by the database alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER hiring_stagestay_guard BEFORE INSERT OR UPDATE OR DELETE ON hiring_stagestay
FOR EACH STATEMENT EXECUTE FUNCTION hiring_stagestay_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("hiring", "0001_requisitions_candidates")]
    operations = [migrations.RunSQL(STAGES), migrations.RunSQL(HISTORY)]
