-- Every change of a tracked field ends the deal's current version and begins the next one, with
-- who made it, by which way and why. Exactly one version is valid at any moment since the
-- creation.
--
-- A change of nothing that is tracked leaves no version, and one that lies before the current
-- version is refused.
CREATE OR REPLACE FUNCTION pipeline_deal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was pipeline_dealversion;
    now_is pipeline_dealversion;
    given timestamptz := pipeline_setting('moment')::timestamptz;
    moment timestamptz;
BEGIN
    SELECT * INTO STRICT was FROM pipeline_dealversion
     WHERE deal_id = NEW.id AND valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00';

    now_is := was;
    now_is.name := NEW.name;
    now_is.account_id := NEW.account_id;
    now_is.owner_id := NEW.owner_id;
    now_is.stage_id := NEW.stage_id;
    now_is.status := NEW.status;
    SELECT probability INTO now_is.probability FROM pipeline_stage WHERE id = NEW.stage_id;
    now_is.amount := NEW.amount;
    now_is.currency := NEW.currency;
    now_is.amount_base := NEW.amount_base;
    now_is.exchange_rate := NEW.exchange_rate;
    now_is.exchange_rate_from := NEW.exchange_rate_from;
    now_is.expected_close_on := NEW.expected_close_on;
    now_is.closed_on := NEW.closed_on;
    now_is.credited_to_id := NEW.credited_to_id;
    now_is.category := NEW.category;
    now_is.next_step := NEW.next_step;
    now_is.next_step_on := NEW.next_step_on;
    now_is.wait_until := NEW.wait_until;
    now_is.lost_reason := NEW.lost_reason;
    now_is.competitor_id := NEW.competitor_id;
    now_is.archived := NEW.archived_at IS NOT NULL;
    IF now_is IS NOT DISTINCT FROM was THEN
        RETURN NULL;
    END IF;

    moment := coalesce(given, CASE WHEN NEW.stage_id <> OLD.stage_id THEN NEW.stage_entered_at END,
                       clock_timestamp());
    IF given IS NOT NULL AND given < was.valid_from THEN
        RAISE EXCEPTION 'deal % already has a later change, of %', NEW.id, was.valid_from
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_history_in_order';
    END IF;
    PERFORM pipeline_note_write(moment);
    now_is.changed_by_id := pipeline_setting('person')::bigint;
    now_is.source := coalesce(pipeline_setting('source'), 'sql');
    now_is.reason := coalesce(pipeline_setting('reason'), '');
    now_is.transaction := pg_current_xact_id()::text::bigint;

    -- What one transaction does is one change: its steps were never visible to anybody.
    IF (given IS NULL AND was.transaction = now_is.transaction AND was.valid_from >= now())
       OR given = was.valid_from THEN
        UPDATE pipeline_dealversion
           SET (name, account_id, owner_id, stage_id, status, probability, amount, currency,
                amount_base, exchange_rate, exchange_rate_from, expected_close_on, closed_on,
                credited_to_id, category, next_step, next_step_on, archived, wait_until,
                lost_reason, competitor_id, changed_by_id, source, reason, transaction)
             = (now_is.name, now_is.account_id, now_is.owner_id, now_is.stage_id, now_is.status,
                now_is.probability, now_is.amount, now_is.currency, now_is.amount_base,
                now_is.exchange_rate, now_is.exchange_rate_from, now_is.expected_close_on,
                now_is.closed_on, now_is.credited_to_id, now_is.category, now_is.next_step,
                now_is.next_step_on, now_is.archived, now_is.wait_until, now_is.lost_reason,
                now_is.competitor_id, now_is.changed_by_id, now_is.source, now_is.reason,
                now_is.transaction)
         WHERE id = was.id;
        RETURN NULL;
    END IF;

    moment := greatest(moment, was.valid_from + interval '1 microsecond');
    UPDATE pipeline_dealversion SET valid_to = moment WHERE id = was.id;
    now_is.valid_from := moment;
    now_is.valid_to := TIMESTAMPTZ '9999-12-31 00:00:00+00';
    now_is.id := nextval(pg_get_serial_sequence('pipeline_dealversion', 'id'));
    INSERT INTO pipeline_dealversion SELECT now_is.*;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_deal_changed AFTER UPDATE ON pipeline_deal
FOR EACH ROW EXECUTE FUNCTION pipeline_deal_changed();
