-- The activities of [start, end) as known at a moment: part of counted.sql.
SELECT activity.person_id AS person, (activity.occurred_at AT TIME ZONE %(zone)s)::date AS day
  FROM pipeline_activity activity
 WHERE activity.occurred_at >= %(start)s AND activity.occurred_at < %(end)s
   AND activity.occurred_at <= %(moment)s AND activity.created_at <= %(moment)s
   AND (activity.archived_at IS NULL OR activity.archived_at > %(moment)s)
