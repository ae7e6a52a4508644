-- The second guard of candidates: the database shows a row to its requisitions' people alone.
-- Interviewers read; recruiter and hiring manager write. A candidate who is considered nowhere yet
-- is shown to any signed-in person; there is none outside the transaction that adds them.
--
-- FORCE makes the rule hold for the table's owner too.
ALTER TABLE hiring_candidate ENABLE ROW LEVEL SECURITY;
ALTER TABLE hiring_candidate FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS read_by_their_requisitions_people ON hiring_candidate;
CREATE POLICY read_by_their_requisitions_people ON hiring_candidate FOR SELECT USING (
    nullif(current_setting('salesmgr.viewer', true), '')::bigint IS NOT NULL
    AND (id IN (SELECT application.candidate_id FROM hiring_application application
                 WHERE application.requisition_id IN (
                     SELECT hiring_read_by(
                         nullif(current_setting('salesmgr.viewer', true), '')::bigint)))
      OR NOT EXISTS (SELECT 1 FROM hiring_application application
                      WHERE application.candidate_id = hiring_candidate.id)));

DROP POLICY IF EXISTS added_by_somebody ON hiring_candidate;
CREATE POLICY added_by_somebody ON hiring_candidate FOR INSERT
    WITH CHECK (nullif(current_setting('salesmgr.viewer', true), '')::bigint IS NOT NULL);

DROP POLICY IF EXISTS changed_by_their_keepers ON hiring_candidate;
CREATE POLICY changed_by_their_keepers ON hiring_candidate FOR UPDATE USING (
    id IN (SELECT application.candidate_id FROM hiring_application application
            WHERE application.requisition_id IN (
                SELECT hiring_kept_by(
                    nullif(current_setting('salesmgr.viewer', true), '')::bigint))));
