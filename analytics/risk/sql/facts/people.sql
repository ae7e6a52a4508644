-- How many contacts took part in a call, an e-mail or a meeting.
(SELECT count(DISTINCT touch.contact_id)
   FROM pipeline_activity touch
  WHERE touch.deal_id = {deal} AND touch.kind IN ('call', 'email', 'meeting')
    AND touch.occurred_at <= {moment} AND touch.created_at <= {moment}
    AND (touch.archived_at IS NULL OR touch.archived_at > {moment}))
