-- How often a deal's expected close was moved to a later day.
(SELECT count(*)
   FROM (SELECT earlier.expected_close_on AS day,
                lag(earlier.expected_close_on) OVER (ORDER BY earlier.valid_from) AS before
           FROM pipeline_dealversion earlier
          WHERE earlier.expected_close_on IS NOT NULL
            AND earlier.deal_id = {deal} AND earlier.valid_from <= {moment}) moved
  WHERE moved.day > moved.before)
