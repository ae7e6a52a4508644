-- The deals created in [start, end) that are there at a moment, by who owned them then: part of
-- counted.sql. No version is older than its deal: said again, it spares looking at old ones.
SELECT first.owner_id AS person, (deal.created_at AT TIME ZONE %(zone)s)::date AS day
  FROM pipeline_dealversion version
  JOIN pipeline_deal deal ON deal.id = version.deal_id
  LEFT JOIN pipeline_dealversion first
         ON first.deal_id = deal.id AND first.valid_from = deal.created_at
 WHERE version.valid_from <= %(moment)s AND version.valid_to > %(moment)s
   AND version.valid_from >= %(start)s AND NOT version.archived
   AND deal.created_at >= %(start)s AND deal.created_at < %(end)s
