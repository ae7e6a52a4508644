-- The highest amount that a deal ever had while open in the currency of a version.
(SELECT max(earlier.amount)
   FROM pipeline_dealversion earlier
  WHERE earlier.deal_id = {deal} AND earlier.valid_from <= {moment}
    AND earlier.currency = {currency} AND earlier.status = 'open')
