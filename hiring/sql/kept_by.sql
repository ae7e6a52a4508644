-- The requisitions whose candidates a person may change: those they are the recruiter or the
-- hiring manager of, as long as they are here and hold the role. As hiring/rules.py judges.
CREATE OR REPLACE FUNCTION hiring_kept_by(viewer bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    SELECT requisition.id
      FROM hiring_requisition requisition
      JOIN org_person person ON person.id = viewer AND person.is_active
     WHERE (requisition.recruiter_id = viewer AND EXISTS (
               SELECT 1 FROM org_rolegrant WHERE person_id = viewer AND role = 'recruiter'))
        OR (requisition.hiring_manager_id = viewer AND EXISTS (
               SELECT 1 FROM org_rolegrant WHERE person_id = viewer AND role = 'manager'))
$$;
