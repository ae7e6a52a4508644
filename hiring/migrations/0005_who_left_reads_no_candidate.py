"""The second guard of candidates judges as hiring/rules.py does.

Who left, or holds the role no more, is not the recruiter or hiring manager that a requisition
still calls them. Interviewers read; recruiter and hiring manager write.
"""

from django.db import migrations

VIEWER = "nullif(current_setting('salesmgr.viewer', true), '')::bigint"

GUARD = f"""
CREATE FUNCTION hiring_kept_by(viewer bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT requisition.id
      FROM hiring_requisition requisition
      JOIN org_person person ON person.id = viewer AND person.is_active
     WHERE (requisition.recruiter_id = viewer AND EXISTS (
               SELECT 1 FROM org_rolegrant WHERE person_id = viewer AND role = 'recruiter'))
        OR (requisition.hiring_manager_id = viewer AND EXISTS (
               SELECT 1 FROM org_rolegrant WHERE person_id = viewer AND role = 'manager'))
$$;

CREATE FUNCTION hiring_read_by(viewer bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT hiring_kept_by(viewer)
    UNION ALL
    SELECT interviewer.requisition_id
      FROM hiring_requisition_interviewers interviewer
      JOIN org_person person ON person.id = interviewer.person_id AND person.is_active
     WHERE interviewer.person_id = viewer
       AND EXISTS (SELECT 1 FROM org_rolegrant WHERE person_id = viewer)
$$;

DROP POLICY their_requisitions_people ON hiring_candidate;

CREATE POLICY read_by_their_requisitions_people ON hiring_candidate FOR SELECT USING (
    {VIEWER} IS NOT NULL
    AND (id IN (SELECT application.candidate_id FROM hiring_application application
                 WHERE application.requisition_id IN (SELECT hiring_read_by({VIEWER})))
      OR NOT EXISTS (SELECT 1 FROM hiring_application application
                      WHERE application.candidate_id = hiring_candidate.id)));

CREATE POLICY added_by_somebody ON hiring_candidate FOR INSERT WITH CHECK ({VIEWER} IS NOT NULL);

CREATE POLICY changed_by_their_keepers ON hiring_candidate FOR UPDATE USING (
    id IN (SELECT application.candidate_id FROM hiring_application application
            WHERE application.requisition_id IN (SELECT hiring_kept_by({VIEWER}))));
"""

UNGUARD = f"""
DROP POLICY changed_by_their_keepers ON hiring_candidate;
DROP POLICY added_by_somebody ON hiring_candidate;
DROP POLICY read_by_their_requisitions_people ON hiring_candidate;
DROP FUNCTION hiring_read_by(bigint);
DROP FUNCTION hiring_kept_by(bigint);
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0006_trees_move_by_date"),
        ("hiring", "0004_candidates_of_their_requisitions_people"),
    ]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
