"""What the database itself keeps to about archived candidates and stages.

Applications carry the day on which their candidate was archived: whoever counts them need not be
allowed to read the candidate. Nobody stands in a stage out of use who was not archived in it; the
two triggers lock the stage's row, so that a move and an archiving at once cannot pass each other.
"""

from django.db import migrations

CANDIDATES = """
CREATE FUNCTION hiring_candidate_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hiring_application SET archived_at = NEW.archived_at WHERE candidate_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER hiring_candidate_archived AFTER UPDATE OF archived_at ON hiring_candidate
FOR EACH ROW WHEN (OLD.archived_at IS DISTINCT FROM NEW.archived_at)
EXECUTE FUNCTION hiring_candidate_archived();
"""

STAGES = """
CREATE FUNCTION hiring_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> OLD.kind
       AND EXISTS (SELECT 1 FROM hiring_stagestay WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'candidates have stood in stage %, so its kind stays', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hiring_stage_kind_stays';
    END IF;
    IF OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM hiring_application
                    WHERE stage_id = NEW.id AND archived_at IS NULL) THEN
        RAISE EXCEPTION 'candidates stand in stage %, so it stays in use', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hiring_stage_is_empty';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hiring_stage_guard BEFORE UPDATE ON hiring_hiringstage
FOR EACH ROW EXECUTE FUNCTION hiring_stage_guard();

CREATE FUNCTION hiring_application_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM hiring_hiringstage
      WHERE id = NEW.stage_id AND archived_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stage % is out of use', NEW.stage_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_stage_in_use';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hiring_application_enters_stage BEFORE INSERT ON hiring_application
FOR EACH ROW EXECUTE FUNCTION hiring_application_stage_guard();
CREATE TRIGGER hiring_application_changes_stage BEFORE UPDATE OF stage_id ON hiring_application
FOR EACH ROW WHEN (OLD.stage_id <> NEW.stage_id)
EXECUTE FUNCTION hiring_application_stage_guard();
"""

UNDO = """
DROP TRIGGER hiring_application_changes_stage ON hiring_application;
DROP TRIGGER hiring_application_enters_stage ON hiring_application;
DROP FUNCTION hiring_application_stage_guard();
DROP TRIGGER hiring_stage_guard ON hiring_hiringstage;
DROP FUNCTION hiring_stage_guard();
DROP TRIGGER hiring_candidate_archived ON hiring_candidate;
DROP FUNCTION hiring_candidate_archived();
"""


class Migration(migrations.Migration):
    dependencies = [("hiring", "0006_archived_candidates_and_stages")]
    operations = [migrations.RunSQL(CANDIDATES + STAGES, UNDO)]
