-- The deals of the ledger of bookings whose credit is split by what is in force at the moment.
--
-- One row for each share, the deals by the day of their closing. "people" and "teams" narrow them to
-- deals that one of these people, or of those who ever sat in these teams, owned or has a share of.
WITH concerned AS (
    SELECT unnest(%(people)s::bigint[]) AS person_id
    UNION ALL
    SELECT person_id FROM org_teammembership WHERE team_id = ANY (%(teams)s::bigint[])
)
SELECT version.deal_id, version.closed_on, version.credited_to_id, seat.team_id,
       lying.territory_id, (version.amount_base * 100)::bigint,
       share.person_id, share.kind, share.percent, theirs.team_id
  FROM pipeline_dealversion version
  JOIN LATERAL (SELECT id FROM pipeline_creditsplit
                 WHERE deal_id = version.deal_id AND set_at <= %(moment)s
                 ORDER BY set_at DESC, id DESC LIMIT 1) split ON true
  JOIN pipeline_creditshare share ON share.split_id = split.id
  LEFT JOIN org_teammembership seat
         ON seat.person_id = version.credited_to_id AND seat.valid_from <= version.closed_on
        AND (seat.counts_to IS NULL OR seat.counts_to > version.closed_on)
  LEFT JOIN org_teammembership theirs
         ON theirs.person_id = share.person_id AND theirs.valid_from <= version.closed_on
        AND (theirs.counts_to IS NULL OR theirs.counts_to > version.closed_on)
  LEFT JOIN pipeline_accountterritory lying
         ON lying.account_id = version.account_id AND lying.valid_from <= version.closed_on
        AND (lying.valid_to IS NULL OR lying.valid_to > version.closed_on)
 WHERE version.valid_from <= %(moment)s AND version.valid_to > %(moment)s
   AND NOT version.archived AND version.status = 'won' AND version.amount_base IS NOT NULL
   AND version.closed_on >= %(start)s AND version.closed_on < %(end)s
   AND version.deal_id IN (SELECT deal_id FROM pipeline_creditsplit WHERE set_at <= %(moment)s)
   AND (%(everybody)s OR version.credited_to_id = ANY (ARRAY(SELECT person_id FROM concerned))
        OR version.deal_id = ANY (ARRAY(
            SELECT named.deal_id
              FROM pipeline_creditsplit named
              JOIN pipeline_creditshare of_them ON of_them.split_id = named.id
             WHERE of_them.person_id IN (SELECT person_id FROM concerned))))
 ORDER BY version.closed_on, version.deal_id, share.person_id
