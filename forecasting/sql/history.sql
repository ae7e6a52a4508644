-- The history of all deals as known at a moment, in numbers: what forecasts are computed from.
--
-- One row per deal and day: its last state of that day in the organisation's zone, and only where
-- it differs from the day before it. Names, next steps and dates of expectation play no part. Days are
-- ordinals; "unpriced" and "nobody" stand for what is not there.
--
-- The ledger of bookings answers for one moment, and back-tests ask for hundreds over a million
-- deals, so who had the credit is read here anew; test_one_ledger.py holds it to the cent.
COPY (
    WITH states AS (
        SELECT DISTINCT ON (deal_id, day) deal_id, day, owner_id, stage_id,
               CASE WHEN archived THEN %(gone)s WHEN status = 'open' THEN %(open)s
                    WHEN status = 'won' THEN %(won)s ELSE %(lost)s END AS status,
               coalesce((amount_base * 100)::bigint, %(unpriced)s) AS cents,
               coalesce((closed_on - DATE '0001-01-01') + 1, -1) AS closed_on,
               coalesce(credited_to_id, %(nobody)s) AS credited_to
          FROM (SELECT version.*,
                       ((valid_from AT TIME ZONE %(zone)s)::date - DATE '0001-01-01') + 1 AS day
                  FROM pipeline_dealversion version
                 WHERE valid_from <= %(moment)s) AS known
         ORDER BY deal_id, day, valid_from DESC
    ), changes AS (
        SELECT *, lag((owner_id, stage_id, status, cents, closed_on, credited_to))
                      OVER (PARTITION BY deal_id ORDER BY day)
                  IS NOT DISTINCT FROM
                  (owner_id, stage_id, status, cents, closed_on, credited_to) AS same
          FROM states
    )
    SELECT deal_id, day, owner_id, stage_id, status, cents, closed_on, credited_to
      FROM changes WHERE NOT same ORDER BY deal_id, day
) TO STDOUT (DELIMITER ' ')
