-- The highest amount that a deal ever had while open, by currency.
(SELECT coalesce(jsonb_agg(jsonb_build_object('currency', top.currency, 'amount', top.amount)), '[]')
   FROM (SELECT earlier.currency, max(earlier.amount) AS amount
           FROM pipeline_dealversion earlier
          WHERE earlier.deal_id = {deal} AND earlier.valid_from <= {moment}
            AND earlier.amount IS NOT NULL AND earlier.status = 'open'
          GROUP BY earlier.currency) top)
