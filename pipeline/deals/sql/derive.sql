-- What follows from a deal's stage and amount is set here, so that a page, the API, an import and
-- plain SQL cannot disagree: status, category, the closing day in the organisation's time zone,
-- who gets the credit, the amount in the reporting currency and the exchange rate it was converted
-- at.
--
-- A deal cannot be created, changed or closed in the future.
CREATE OR REPLACE FUNCTION pipeline_deal_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    facts record;
    given timestamptz := pipeline_setting('moment')::timestamptz;
    moment timestamptz;
    soon timestamptz := clock_timestamp() + interval '5 minutes';
    rewriting boolean := coalesce(pipeline_setting('rewrite_history') = 'on', false);
    entered boolean;
    closing boolean;
    closed_before date;
    rate_day date;
BEGIN
    SELECT stage.kind, stage.default_category,
           coalesce(organisation.currency, NEW.currency) AS currency,
           coalesce(organisation.time_zone, 'UTC') AS time_zone
      INTO facts
      FROM pipeline_stage stage LEFT JOIN org_organisation organisation ON true
     WHERE stage.id = NEW.stage_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stage % does not exist', NEW.stage_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;

    IF TG_OP = 'INSERT' THEN
        NEW.created_at := coalesce(given, NEW.created_at, now());
        IF NEW.created_at > soon THEN
            RAISE EXCEPTION 'a deal cannot be created in the future: %', NEW.created_at
                USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_created_by_now';
        END IF;
        moment := NEW.created_at;
        entered := true;
        closing := facts.kind <> 'open';
        IF NOT rewriting OR NEW.stage_entered_at IS NULL THEN
            NEW.stage_entered_at := moment;
        END IF;
        NEW.version := 1;
    ELSE
        moment := coalesce(given, clock_timestamp());
        entered := NEW.stage_id <> OLD.stage_id;
        closing := facts.kind <> 'open' AND facts.kind <> OLD.status;
        closed_before := OLD.closed_on;
        IF NOT rewriting THEN
            NEW.created_at := OLD.created_at;
            NEW.stage_entered_at := CASE WHEN entered THEN moment ELSE OLD.stage_entered_at END;
        END IF;
        NEW.version := OLD.version + 1;
        NEW.original_close_on := coalesce(OLD.original_close_on, NEW.original_close_on);
    END IF;
    IF greatest(moment, NEW.stage_entered_at) > soon THEN
        RAISE EXCEPTION 'a deal cannot be changed in the future: %',
                        greatest(moment, NEW.stage_entered_at)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_changed_by_now';
    END IF;

    NEW.status := facts.kind;
    NEW.original_close_on := coalesce(NEW.original_close_on, NEW.expected_close_on);

    IF NEW.status = 'open' THEN
        NEW.closed_on := NULL;
        NEW.credited_to_id := NULL;
        NEW.category := coalesce(NEW.category_override, facts.default_category);
    ELSE
        IF closing THEN
            -- A day that differs from the one before was given on purpose, by an import.
            IF NEW.closed_on IS NULL
               OR (TG_OP = 'UPDATE' AND NEW.closed_on IS NOT DISTINCT FROM OLD.closed_on) THEN
                NEW.closed_on := (moment AT TIME ZONE facts.time_zone)::date;
            END IF;
            IF NEW.credited_to_id IS NULL OR TG_OP = 'UPDATE' THEN
                NEW.credited_to_id := NEW.owner_id;
            END IF;
        ELSE
            NEW.closed_on := coalesce(NEW.closed_on, OLD.closed_on);
            NEW.credited_to_id := coalesce(NEW.credited_to_id, OLD.credited_to_id);
        END IF;
        NEW.category := CASE NEW.status WHEN 'won' THEN 'closed' ELSE 'omitted' END;
        IF NEW.closed_on IS DISTINCT FROM closed_before
           AND NEW.closed_on > (soon AT TIME ZONE facts.time_zone)::date THEN
            RAISE EXCEPTION 'a deal cannot be closed in the future: %', NEW.closed_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_closed_by_now';
        END IF;
    END IF;

    -- Converted when the amount is written and once more at the closing, whose rate then stays
    -- unless the day of the closing is corrected.
    IF NEW.amount IS NULL OR NEW.currency = facts.currency THEN
        NEW.amount_base := NEW.amount;
        NEW.exchange_rate := NULL;
        NEW.exchange_rate_from := NULL;
    ELSIF TG_OP = 'INSERT' OR closing
          OR (NEW.amount, NEW.currency) IS DISTINCT FROM (OLD.amount, OLD.currency)
          OR (NEW.closed_on IS NOT NULL AND NEW.closed_on <> closed_before) THEN
        rate_day := coalesce(NEW.closed_on, (moment AT TIME ZONE facts.time_zone)::date);
        -- Locked, so that a rate cannot go or change while the first amount is converted by it.
        SELECT exchange.rate, exchange.valid_from
          INTO NEW.exchange_rate, NEW.exchange_rate_from
          FROM org_exchangerate exchange
         WHERE exchange.currency = NEW.currency AND exchange.valid_from <= rate_day
         ORDER BY exchange.valid_from DESC LIMIT 1 FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no exchange rate for % on %', NEW.currency, rate_day
                USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_rate_known';
        END IF;
        NEW.amount_base := round(NEW.amount * NEW.exchange_rate, 2);
    ELSE
        NEW.amount_base := OLD.amount_base;
        NEW.exchange_rate := OLD.exchange_rate;
        NEW.exchange_rate_from := OLD.exchange_rate_from;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_deal_derive BEFORE INSERT OR UPDATE ON pipeline_deal
FOR EACH ROW EXECUTE FUNCTION pipeline_deal_derive();
