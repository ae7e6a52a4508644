-- Each subject's newest quota of a measure for some periods, as known at a moment; a withdrawn one has
-- no target.
SELECT DISTINCT ON (person_id, team_id, territory_id, period_id)
       person_id, team_id, territory_id, period_id, target
  FROM org_quota
 WHERE measure = %(measure)s AND period_id = ANY (%(periods)s) AND set_at <= %(moment)s
 ORDER BY person_id, team_id, territory_id, period_id, set_at DESC, id DESC
