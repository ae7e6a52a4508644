-- Every new deal gets its first version, valid from its creation, and the write is noted for a run
-- that is under way.
CREATE OR REPLACE FUNCTION pipeline_deal_created() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An import that writes past versions writes the first ones too, and has them checked.
    IF pipeline_setting('rewrite_history') = 'on' AND pipeline_setting('own_versions') = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM pipeline_note_write((SELECT min(created_at) FROM created));
    INSERT INTO pipeline_dealversion (
           deal_id, valid_from, valid_to, name, account_id, owner_id, stage_id, status, probability,
           amount, currency, amount_base, exchange_rate, exchange_rate_from, expected_close_on,
           closed_on, credited_to_id, category, next_step, next_step_on, wait_until, lost_reason,
           competitor_id, archived, changed_by_id, source, reason, transaction)
    SELECT deal.id, deal.created_at, TIMESTAMPTZ '9999-12-31 00:00:00+00', deal.name,
           deal.account_id, deal.owner_id, deal.stage_id, deal.status, stage.probability,
           deal.amount, deal.currency, deal.amount_base, deal.exchange_rate,
           deal.exchange_rate_from, deal.expected_close_on, deal.closed_on, deal.credited_to_id,
           deal.category, deal.next_step, deal.next_step_on, deal.wait_until, deal.lost_reason,
           deal.competitor_id, deal.archived_at IS NOT NULL, pipeline_setting('person')::bigint,
           coalesce(pipeline_setting('source'), 'sql'), coalesce(pipeline_setting('reason'), ''),
           pg_current_xact_id()::text::bigint
      FROM created deal JOIN pipeline_stage stage ON stage.id = deal.stage_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_deal_created AFTER INSERT ON pipeline_deal
REFERENCING NEW TABLE AS created
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_deal_created();
