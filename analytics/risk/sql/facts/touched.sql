-- When somebody last reached the customer.
(SELECT touch.occurred_at
   FROM pipeline_activity touch
  WHERE touch.deal_id = {deal} AND touch.kind IN ('call', 'email', 'meeting')
    AND touch.occurred_at <= {moment} AND touch.created_at <= {moment}
    AND (touch.archived_at IS NULL OR touch.archived_at > {moment})
  ORDER BY touch.occurred_at DESC
  LIMIT 1)
