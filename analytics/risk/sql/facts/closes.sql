-- The expected closes that a deal ever had, the oldest first.
ARRAY(SELECT earlier.expected_close_on
        FROM pipeline_dealversion earlier
       WHERE earlier.deal_id = {deal} AND earlier.valid_from <= {moment}
       ORDER BY earlier.valid_from)
