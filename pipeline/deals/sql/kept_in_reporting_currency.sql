-- Whether anything is kept in the reporting currency: amounts, revenues, quotas or exchange rates.
CREATE OR REPLACE FUNCTION pipeline_kept_in_reporting_currency() RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM pipeline_deal WHERE amount IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pipeline_dealversion WHERE amount IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pipeline_account WHERE annual_revenue IS NOT NULL)
        OR EXISTS (SELECT 1 FROM org_quota WHERE measure = 'bookings' AND target IS NOT NULL)
        OR EXISTS (SELECT 1 FROM org_exchangerate)
$$;
