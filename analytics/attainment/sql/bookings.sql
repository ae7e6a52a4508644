-- The ledger of bookings: what deals won on a day of [start, end) came to, as known at a moment.
--
-- A deal counts as a whole for who owned it at the closing, for the team that they and the territory
-- that its account were in on that day (split_deals.sql has what splits change of that). Rows are
-- summed by what is asked for of person, team and territory, and by the last of the days "starts" up to
-- the closing, or by the day itself where there are none. "people" and "teams" (in which whoever has
-- the credit ever sat) narrow what is read; "nodes" keep what lay in one of these teams or territories
-- from a day up to another. With "lost" it is told beside them how all closed deals ended: by value of
-- those with an amount above zero, and in how many days each was won. Without it, no row pays for that.
SELECT CASE WHEN %(by_person)s THEN version.credited_to_id END AS person,
       CASE WHEN %(by_team)s THEN seat.team_id END AS team,
       CASE WHEN %(by_territory)s THEN lying.territory_id END AS territory,
       CASE WHEN %(starts)s::date[] IS NULL THEN version.closed_on
            WHEN cardinality(%(starts)s::date[]) = 1 THEN (%(starts)s::date[])[1]
            ELSE (%(starts)s::date[])[width_bucket(version.closed_on, %(starts)s::date[])]
        END AS day,
       coalesce(sum(version.amount_base)
           FILTER (WHERE NOT %(lost)s OR version.status = 'won') * 100, 0)::bigint AS actual,
       count(*) FILTER (WHERE NOT %(lost)s OR version.status = 'won') AS cases,
       count(*) FILTER (WHERE version.amount_base IS NULL
                          AND (NOT %(lost)s OR version.status = 'won')) AS unpriced,
       count(*) FILTER (WHERE %(lost)s AND version.status = 'lost') AS lost,
       coalesce(sum(version.amount_base) FILTER (
           WHERE %(lost)s AND version.status = 'won' AND version.amount_base > 0) * 100, 0)::bigint
           AS won_cents,
       coalesce(sum(version.amount_base) FILTER (
           WHERE %(lost)s AND version.status = 'lost' AND version.amount_base > 0) * 100, 0)::bigint
           AS lost_cents,
       count(*) FILTER (WHERE %(lost)s AND (version.amount_base > 0) IS NOT TRUE) AS without_value,
       array_agg(CASE WHEN %(lost)s AND version.status = 'won' THEN greatest(version.closed_on - (
               SELECT (deal.created_at AT TIME ZONE %(zone)s)::date
                 FROM pipeline_deal deal WHERE deal.id = version.deal_id), 0) END)
           FILTER (WHERE %(lost)s AND version.status = 'won') AS days
  FROM pipeline_dealversion version
  LEFT JOIN org_teammembership seat
         ON %(with_team)s AND seat.person_id = version.credited_to_id
        AND seat.valid_from <= version.closed_on
        AND (seat.counts_to IS NULL OR seat.counts_to > version.closed_on)
  LEFT JOIN pipeline_accountterritory lying
         ON %(with_territory)s AND lying.account_id = version.account_id
        AND lying.valid_from <= version.closed_on
        AND (lying.valid_to IS NULL OR lying.valid_to > version.closed_on)
  LEFT JOIN unnest(%(nodes)s::bigint[], %(since)s::date[], %(until)s::date[])
            AS inside(node, since, until)
         ON %(nodes)s::bigint[] IS NOT NULL
        AND inside.node = CASE WHEN %(with_team)s THEN seat.team_id
                               ELSE coalesce(lying.territory_id, 0) END
        AND inside.since <= version.closed_on AND inside.until > version.closed_on
 WHERE version.valid_from <= %(moment)s AND version.valid_to > %(moment)s
   AND NOT version.archived AND version.status = ANY (%(statuses)s)
   AND version.closed_on >= %(start)s AND version.closed_on < %(end)s
   AND (%(people)s::bigint[] IS NULL OR version.credited_to_id = ANY (%(people)s::bigint[]))
   AND (%(teams)s::bigint[] IS NULL OR version.credited_to_id = ANY (ARRAY(
            SELECT person_id FROM org_teammembership WHERE team_id = ANY (%(teams)s::bigint[]))))
   AND (%(nodes)s::bigint[] IS NULL OR inside.node IS NOT NULL)
 GROUP BY 1, 2, 3, 4
