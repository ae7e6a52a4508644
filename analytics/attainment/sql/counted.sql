-- How many deals were created, or activities done, by whom and for which team of the day, by the last of
-- the days "starts" up to theirs. Who and when is put in by the reader; "people" narrow it to theirs.
SELECT counted.person, seat.team_id,
       (%(starts)s::date[])[width_bucket(counted.day, %(starts)s::date[])], count(*)
  FROM ({rows}) counted
  LEFT JOIN org_teammembership seat
         ON seat.person_id = counted.person AND seat.valid_from <= counted.day
        AND (seat.counts_to IS NULL OR seat.counts_to > counted.day)
 WHERE %(people)s::bigint[] IS NULL OR counted.person = ANY (%(people)s::bigint[])
 GROUP BY 1, 2, 3
