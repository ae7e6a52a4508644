"""The functions of a deal's triggers: what lies in the future is refused, and the exchange rate by
which an amount was converted is written beside it, anew when the closing day is corrected.
"""

from importlib import import_module

from django.db import migrations

FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"

DERIVE = """
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
        RAISE EXCEPTION 'stage % does not exist', NEW.stage_id USING ERRCODE = 'foreign_key_violation';
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
"""

CREATED = f"""
CREATE OR REPLACE FUNCTION pipeline_deal_created() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An import that writes past versions writes the first ones too, and has them checked.
    IF pipeline_setting('rewrite_history') = 'on' AND pipeline_setting('own_versions') = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO pipeline_dealversion (
           deal_id, valid_from, valid_to, name, account_id, owner_id, stage_id, status, probability,
           amount, currency, amount_base, exchange_rate, exchange_rate_from, expected_close_on,
           closed_on, credited_to_id, category, next_step, next_step_on, archived, changed_by_id,
           source, reason, transaction)
    SELECT deal.id, deal.created_at, {FOREVER}, deal.name, deal.account_id, deal.owner_id,
           deal.stage_id, deal.status, stage.probability, deal.amount, deal.currency,
           deal.amount_base, deal.exchange_rate, deal.exchange_rate_from, deal.expected_close_on,
           deal.closed_on, deal.credited_to_id, deal.category, deal.next_step, deal.next_step_on,
           deal.archived_at IS NOT NULL, pipeline_setting('person')::bigint,
           coalesce(pipeline_setting('source'), 'sql'), coalesce(pipeline_setting('reason'), ''),
           pg_current_xact_id()::text::bigint
      FROM created deal JOIN pipeline_stage stage ON stage.id = deal.stage_id;
    RETURN NULL;
END $$;
"""

CHANGED = f"""
CREATE OR REPLACE FUNCTION pipeline_deal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
    now_is.exchange_rate := NEW.exchange_rate;
    now_is.exchange_rate_from := NEW.exchange_rate_from;
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
                amount_base, exchange_rate, exchange_rate_from, expected_close_on, closed_on,
                credited_to_id, category, next_step, next_step_on, archived, changed_by_id, source,
                reason, transaction)
             = (now_is.name, now_is.account_id, now_is.owner_id, now_is.stage_id, now_is.status,
                now_is.probability, now_is.amount, now_is.currency, now_is.amount_base,
                now_is.exchange_rate, now_is.exchange_rate_from, now_is.expected_close_on,
                now_is.closed_on, now_is.credited_to_id, now_is.category, now_is.next_step,
                now_is.next_step_on, now_is.archived, now_is.changed_by_id, now_is.source,
                now_is.reason, now_is.transaction)
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
"""

FAULTS = f"""
CREATE OR REPLACE FUNCTION pipeline_history_faults(deals bigint[] DEFAULT NULL)
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
            WHERE v.deal_id = deal.id AND v.valid_to = {FOREVER}
              AND (v.name, v.account_id, v.owner_id, v.stage_id, v.status, v.amount, v.currency,
                   v.amount_base, v.exchange_rate, v.exchange_rate_from, v.expected_close_on,
                   v.closed_on, v.credited_to_id, v.category, v.next_step, v.next_step_on,
                   v.archived)
                  IS NOT DISTINCT FROM
                  (deal.name, deal.account_id, deal.owner_id, deal.stage_id, deal.status, deal.amount,
                   deal.currency, deal.amount_base, deal.exchange_rate, deal.exchange_rate_from,
                   deal.expected_close_on, deal.closed_on, deal.credited_to_id, deal.category,
                   deal.next_step, deal.next_step_on, deal.archived_at IS NOT NULL))
    UNION ALL
    SELECT v.deal_id, 'version before the creation'
      FROM pipeline_dealversion v JOIN pipeline_deal deal ON deal.id = v.deal_id
     WHERE (deals IS NULL OR v.deal_id = ANY (deals)) AND v.valid_from < deal.created_at
$$;
"""

# The trigger stands on org's table and lives here because it has to know deals.
RATES = """
CREATE FUNCTION pipeline_used_rate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pipeline_dealversion version
                WHERE version.currency = OLD.currency
                  AND version.exchange_rate_from = OLD.valid_from) THEN
        RAISE EXCEPTION 'amounts were converted by the rate of % from %', OLD.currency, OLD.valid_from
            USING ERRCODE = 'check_violation', CONSTRAINT = 'exchange_rate_unused';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER pipeline_used_rate_removed BEFORE DELETE ON org_exchangerate
FOR EACH ROW EXECUTE FUNCTION pipeline_used_rate_stays();
CREATE TRIGGER pipeline_used_rate_changed BEFORE UPDATE ON org_exchangerate
FOR EACH ROW WHEN ((OLD.currency, OLD.valid_from, OLD.rate)
                   IS DISTINCT FROM (NEW.currency, NEW.valid_from, NEW.rate))
EXECUTE FUNCTION pipeline_used_rate_stays();
"""
FREE_RATES = """
DROP TRIGGER pipeline_used_rate_changed ON org_exchangerate;
DROP TRIGGER pipeline_used_rate_removed ON org_exchangerate;
DROP FUNCTION pipeline_used_rate_stays();
"""


def former_functions() -> str:
    """Return the functions as migrations 0002 and 0032 make them."""
    former = import_module("pipeline.migrations.0002_deal_history")
    derive = former.DERIVE[former.DERIVE.index("CREATE FUNCTION pipeline_deal_derive()") :]
    changed = former.HISTORY[former.HISTORY.index("CREATE FUNCTION pipeline_deal_changed()") :]
    found = "\n".join(
        [
            derive[: derive.index("CREATE TRIGGER")],
            changed[: changed.index("CREATE TRIGGER")],
            former.FAULTS,
        ]
    )
    created = import_module("pipeline.migrations.0032_import_staging_and_own_versions")
    return found.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + (
        created.with_own_versions()
    )


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0038_amounts_keep_their_rate")]
    operations = [
        migrations.RunSQL(DERIVE + CREATED + CHANGED + FAULTS, former_functions()),
        migrations.RunSQL(RATES, FREE_RATES),
    ]
