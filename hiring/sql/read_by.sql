-- The requisitions whose candidates a person may read: those they keep, and those they interview
-- for.
CREATE OR REPLACE FUNCTION hiring_read_by(viewer bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    SELECT hiring_kept_by(viewer)
    UNION ALL
    SELECT interviewer.requisition_id
      FROM hiring_requisition_interviewers interviewer
      JOIN org_person person ON person.id = interviewer.person_id AND person.is_active
     WHERE interviewer.person_id = viewer
       AND EXISTS (SELECT 1 FROM org_rolegrant WHERE person_id = viewer)
$$;
