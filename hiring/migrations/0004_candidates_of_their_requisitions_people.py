"""The second guard of candidates: the database shows a row to its requisitions' people alone.

FORCE makes the rule hold for the table's owner too. A candidate who is considered nowhere belongs
to nobody; there is none outside the transaction that adds them, which the last trigger sees to.
"""

from django.db import migrations

VIEWER = "nullif(current_setting('salesmgr.viewer', true), '')::bigint"

GUARD = f"""
ALTER TABLE hiring_candidate ENABLE ROW LEVEL SECURITY;
ALTER TABLE hiring_candidate FORCE ROW LEVEL SECURITY;
CREATE POLICY their_requisitions_people ON hiring_candidate USING (
    {VIEWER} IS NOT NULL
    AND (EXISTS (
        SELECT 1
          FROM hiring_application application
          JOIN hiring_requisition requisition ON requisition.id = application.requisition_id
         WHERE application.candidate_id = hiring_candidate.id
           AND ({VIEWER} IN (requisition.recruiter_id, requisition.hiring_manager_id)
                OR EXISTS (SELECT 1 FROM hiring_requisition_interviewers interviewer
                            WHERE interviewer.requisition_id = requisition.id
                              AND interviewer.person_id = {VIEWER})))
      OR NOT EXISTS (SELECT 1 FROM hiring_application application
                      WHERE application.candidate_id = hiring_candidate.id)));

CREATE FUNCTION hiring_candidate_considered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM hiring_application WHERE candidate_id = NEW.id) THEN
        RAISE EXCEPTION 'candidate % is considered for no requisition', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'candidate_considered';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER hiring_candidate_considered AFTER INSERT ON hiring_candidate
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hiring_candidate_considered();
"""

UNGUARD = """
DROP TRIGGER hiring_candidate_considered ON hiring_candidate;
DROP FUNCTION hiring_candidate_considered();
DROP POLICY their_requisitions_people ON hiring_candidate;
ALTER TABLE hiring_candidate NO FORCE ROW LEVEL SECURITY;
ALTER TABLE hiring_candidate DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("hiring", "0003_stage_history_is_not_emptied")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
