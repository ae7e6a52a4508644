"""The database derives what follows from a deal's stage and keeps the deal's history by itself.

Settings of the session, all local to a transaction, that the functions read:

salesmgr.person           id of the person who acts
salesmgr.source           by which way: page, api, import, task; sql where nothing is said
salesmgr.reason           why, in words
salesmgr.moment           the time the change has; the clock's where nothing is said
salesmgr.rewrite_history  'on' while an import writes versions that lie in the past
"""

from django.db import migrations

FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"

DERIVE = """
CREATE FUNCTION pipeline_setting(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('salesmgr.' || name, true), '')
$$;

CREATE FUNCTION pipeline_deal_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    facts record;
    given timestamptz := pipeline_setting('moment')::timestamptz;
    moment timestamptz;
    rewriting boolean := coalesce(pipeline_setting('rewrite_history') = 'on', false);
    entered boolean;
    closing boolean;
    rate numeric;
    rate_day date;
BEGIN
    SELECT stage.kind, stage.default_category,
           coalesce(organisation.currency, NEW.currency) AS currency,
           coalesce(organisation.time_zone, 'UTC') AS time_zone
      INTO facts
      FROM pipeline_stage stage LEFT JOIN org_organisation organisation ON true
     WHERE stage.id = NEW.stage_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stage % does not exist', NEW.stage_id USING ERRCODE = 'foreign_key_violation';
    END IF;

    IF TG_OP = 'INSERT' THEN
        NEW.created_at := coalesce(given, NEW.created_at, now());
        IF NEW.created_at > clock_timestamp() + interval '5 minutes' THEN
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
        IF NOT rewriting THEN
            NEW.created_at := OLD.created_at;
            NEW.stage_entered_at := CASE WHEN entered THEN moment ELSE OLD.stage_entered_at END;
        END IF;
        NEW.version := OLD.version + 1;
        NEW.original_close_on := coalesce(OLD.original_close_on, NEW.original_close_on);
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
            IF NEW.closed_on IS NULL OR (TG_OP = 'UPDATE' AND NEW.closed_on IS NOT DISTINCT FROM OLD.closed_on) THEN
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
    END IF;

    -- Converted when the amount is written and once more at the closing, whose rate then stays.
    IF NEW.amount IS NULL THEN
        NEW.amount_base := NULL;
    ELSIF NEW.currency = facts.currency THEN
        NEW.amount_base := NEW.amount;
    ELSIF TG_OP = 'INSERT' OR closing
          OR (NEW.amount, NEW.currency) IS DISTINCT FROM (OLD.amount, OLD.currency) THEN
        rate_day := coalesce(NEW.closed_on, (moment AT TIME ZONE facts.time_zone)::date);
        SELECT exchange.rate INTO rate FROM org_exchangerate exchange
         WHERE exchange.currency = NEW.currency AND exchange.valid_from <= rate_day
         ORDER BY exchange.valid_from DESC LIMIT 1;
        IF rate IS NULL THEN
            RAISE EXCEPTION 'there is no exchange rate for % on %', NEW.currency, rate_day
                USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_rate_known';
        END IF;
        NEW.amount_base := round(NEW.amount * rate, 2);
    ELSE
        NEW.amount_base := OLD.amount_base;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pipeline_deal_derive BEFORE INSERT OR UPDATE ON pipeline_deal
FOR EACH ROW EXECUTE FUNCTION pipeline_deal_derive();
"""

COLUMNS = """
    deal_id, valid_from, valid_to, name, account_id, owner_id, stage_id, status, probability,
    amount, currency, amount_base, expected_close_on, closed_on, credited_to_id, category,
    next_step, next_step_on, archived, changed_by_id, source, reason, transaction
"""

HISTORY = f"""
CREATE FUNCTION pipeline_deal_created() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pipeline_dealversion ({COLUMNS})
    SELECT deal.id, deal.created_at, {FOREVER}, deal.name, deal.account_id, deal.owner_id,
           deal.stage_id, deal.status, stage.probability, deal.amount, deal.currency,
           deal.amount_base, deal.expected_close_on, deal.closed_on, deal.credited_to_id,
           deal.category, deal.next_step, deal.next_step_on, deal.archived_at IS NOT NULL,
           pipeline_setting('person')::bigint, coalesce(pipeline_setting('source'), 'sql'),
           coalesce(pipeline_setting('reason'), ''), pg_current_xact_id()::text::bigint
      FROM created deal JOIN pipeline_stage stage ON stage.id = deal.stage_id;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_deal_created AFTER INSERT ON pipeline_deal
REFERENCING NEW TABLE AS created
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_deal_created();

CREATE FUNCTION pipeline_deal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was pipeline_dealversion;
    now_is pipeline_dealversion;
    given timestamptz := pipeline_setting('moment')::timestamptz;
    moment timestamptz;
BEGIN
    SELECT * INTO STRICT was FROM pipeline_dealversion
     WHERE deal_id = NEW.id AND valid_to = {FOREVER};

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
    now_is.expected_close_on := NEW.expected_close_on;
    now_is.closed_on := NEW.closed_on;
    now_is.credited_to_id := NEW.credited_to_id;
    now_is.category := NEW.category;
    now_is.next_step := NEW.next_step;
    now_is.next_step_on := NEW.next_step_on;
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
    now_is.changed_by_id := pipeline_setting('person')::bigint;
    now_is.source := coalesce(pipeline_setting('source'), 'sql');
    now_is.reason := coalesce(pipeline_setting('reason'), '');
    now_is.transaction := pg_current_xact_id()::text::bigint;

    -- What one transaction does is one change: its steps were never visible to anybody.
    IF (given IS NULL AND was.transaction = now_is.transaction AND was.valid_from >= now())
       OR given = was.valid_from THEN
        UPDATE pipeline_dealversion
           SET (name, account_id, owner_id, stage_id, status, probability, amount, currency,
                amount_base, expected_close_on, closed_on, credited_to_id, category, next_step,
                next_step_on, archived, changed_by_id, source, reason, transaction)
             = (now_is.name, now_is.account_id, now_is.owner_id, now_is.stage_id, now_is.status,
                now_is.probability, now_is.amount, now_is.currency, now_is.amount_base,
                now_is.expected_close_on, now_is.closed_on, now_is.credited_to_id,
                now_is.category, now_is.next_step, now_is.next_step_on, now_is.archived,
                now_is.changed_by_id, now_is.source, now_is.reason, now_is.transaction)
         WHERE id = was.id;
        RETURN NULL;
    END IF;

    moment := greatest(moment, was.valid_from + interval '1 microsecond');
    UPDATE pipeline_dealversion SET valid_to = moment WHERE id = was.id;
    now_is.valid_from := moment;
    now_is.valid_to := {FOREVER};
    now_is.id := nextval(pg_get_serial_sequence('pipeline_dealversion', 'id'));
    INSERT INTO pipeline_dealversion SELECT now_is.*;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_deal_changed AFTER UPDATE ON pipeline_deal
FOR EACH ROW EXECUTE FUNCTION pipeline_deal_changed();

CREATE FUNCTION pipeline_dealversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND pipeline_setting('rewrite_history') IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'deal history is written by the database alone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_dealversion_guard BEFORE INSERT OR UPDATE OR DELETE ON pipeline_dealversion
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_dealversion_guard();
"""

STAGES = """
CREATE FUNCTION pipeline_stage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> OLD.kind AND EXISTS (SELECT 1 FROM pipeline_deal WHERE stage_id = NEW.id) THEN
        RAISE EXCEPTION 'stage % holds deals, so its kind stays', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_kind_stays';
    END IF;
    IF (NEW.probability, NEW.default_category) IS DISTINCT FROM (OLD.probability, OLD.default_category) THEN
        -- An update that changes nothing makes each open deal take the new definition into its history.
        UPDATE pipeline_deal SET version = version WHERE stage_id = NEW.id AND status = 'open';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pipeline_stage_changed AFTER UPDATE ON pipeline_stage
FOR EACH ROW EXECUTE FUNCTION pipeline_stage_changed();
"""

FAULTS = f"""
CREATE FUNCTION pipeline_history_faults(deals bigint[] DEFAULT NULL)
RETURNS TABLE (deal_id bigint, fault text) LANGUAGE sql STABLE AS $$
    WITH chain AS (
        SELECT v.deal_id, v.valid_from, v.valid_to,
               lag(v.valid_to) OVER (PARTITION BY v.deal_id ORDER BY v.valid_from) AS before
          FROM pipeline_dealversion v
         WHERE deals IS NULL OR v.deal_id = ANY (deals)
    )
    SELECT chain.deal_id, CASE WHEN before > valid_from THEN 'overlap' ELSE 'gap' END
      FROM chain WHERE before IS NOT NULL AND before <> valid_from
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
            WHERE v.deal_id = deal.id AND v.valid_to = {FOREVER}
              AND (v.name, v.account_id, v.owner_id, v.stage_id, v.status, v.amount, v.currency,
                   v.amount_base, v.expected_close_on, v.closed_on, v.credited_to_id, v.category,
                   v.next_step, v.next_step_on, v.archived)
                  IS NOT DISTINCT FROM
                  (deal.name, deal.account_id, deal.owner_id, deal.stage_id, deal.status, deal.amount,
                   deal.currency, deal.amount_base, deal.expected_close_on, deal.closed_on,
                   deal.credited_to_id, deal.category, deal.next_step, deal.next_step_on,
                   deal.archived_at IS NOT NULL))
    UNION ALL
    SELECT v.deal_id, 'version before the creation'
      FROM pipeline_dealversion v JOIN pipeline_deal deal ON deal.id = v.deal_id
     WHERE (deals IS NULL OR v.deal_id = ANY (deals)) AND v.valid_from < deal.created_at
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_accounts_deals_activities")]
    operations = [migrations.RunSQL(sql) for sql in (DERIVE, HISTORY, STAGES, FAULTS)]
