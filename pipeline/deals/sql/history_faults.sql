-- Where the versions of deals are no unbroken chain from the creation to what the deal says now.
-- NULL asks for all deals. No row means no fault.
CREATE OR REPLACE FUNCTION pipeline_history_faults(deals bigint[] DEFAULT NULL)
RETURNS TABLE(deal_id bigint, fault text) LANGUAGE sql STABLE AS $$
    WITH chain AS (
        SELECT v.deal_id, v.valid_from, v.valid_to,
               lag(v.valid_to) OVER (PARTITION BY v.deal_id ORDER BY v.valid_from) AS before
          FROM pipeline_dealversion v
         WHERE deals IS NULL OR v.deal_id = ANY (deals)
    )
    SELECT chain.deal_id, CASE WHEN before > valid_from THEN 'overlap' ELSE 'gap' END
      FROM chain WHERE before IS NOT NULL AND before <> valid_from
    UNION ALL
    SELECT chain.deal_id, 'version from the future'
      FROM chain WHERE valid_from > now() + interval '5 minutes'
    UNION ALL
    SELECT deal.id, 'first version does not start at creation'
      FROM pipeline_deal deal
     WHERE (deals IS NULL OR deal.id = ANY (deals))
       AND NOT EXISTS (SELECT 1 FROM pipeline_dealversion v
                        WHERE v.deal_id = deal.id AND v.valid_from = deal.created_at)
    UNION ALL
    SELECT deal.id, 'current version differs from the deal'
      FROM pipeline_deal deal
     WHERE (deals IS NULL OR deal.id = ANY (deals))
       AND NOT EXISTS (
           SELECT 1 FROM pipeline_dealversion v
            WHERE v.deal_id = deal.id AND v.valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00'
              AND (v.name, v.account_id, v.owner_id, v.stage_id, v.status, v.amount, v.currency,
                   v.amount_base, v.exchange_rate, v.exchange_rate_from, v.expected_close_on,
                   v.closed_on, v.credited_to_id, v.category, v.next_step, v.next_step_on,
                   v.wait_until, v.lost_reason, v.competitor_id, v.archived)
                  IS NOT DISTINCT FROM
                  (deal.name, deal.account_id, deal.owner_id, deal.stage_id, deal.status,
                   deal.amount, deal.currency, deal.amount_base, deal.exchange_rate,
                   deal.exchange_rate_from, deal.expected_close_on, deal.closed_on,
                   deal.credited_to_id, deal.category, deal.next_step, deal.next_step_on,
                   deal.wait_until, deal.lost_reason, deal.competitor_id,
                   deal.archived_at IS NOT NULL))
    UNION ALL
    SELECT v.deal_id, 'version before the creation'
      FROM pipeline_dealversion v JOIN pipeline_deal deal ON deal.id = v.deal_id
     WHERE (deals IS NULL OR v.deal_id = ANY (deals)) AND v.valid_from < deal.created_at
$$;
