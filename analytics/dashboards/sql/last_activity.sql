-- When a person last did something, as known at a moment: part of org/sql/roster.sql.
(SELECT activity.occurred_at
   FROM pipeline_activity activity
  WHERE activity.person_id = person.id
    AND activity.occurred_at <= %(moment)s AND activity.created_at <= %(moment)s
    AND (activity.archived_at IS NULL OR activity.archived_at > %(moment)s)
  ORDER BY activity.occurred_at DESC
  LIMIT 1)
