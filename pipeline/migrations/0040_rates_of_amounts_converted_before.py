"""Name the rate of each amount that was converted before rates were kept, where one explains it."""

from django.db import migrations

FILL = """
ALTER TABLE pipeline_dealversion DISABLE TRIGGER USER;
ALTER TABLE pipeline_deal DISABLE TRIGGER USER;

UPDATE pipeline_dealversion version
   SET exchange_rate = found.rate, exchange_rate_from = found.valid_from
  FROM (SELECT DISTINCT ON (version.id) version.id, exchange.rate, exchange.valid_from
          FROM pipeline_dealversion version
          JOIN org_organisation organisation ON organisation.currency <> version.currency
          JOIN org_exchangerate exchange
            ON exchange.currency = version.currency
           AND exchange.valid_from <= coalesce(
                   version.closed_on,
                   (version.valid_from AT TIME ZONE organisation.time_zone)::date)
           AND version.amount_base = round(version.amount * exchange.rate, 2)
         ORDER BY version.id, exchange.valid_from DESC) found
 WHERE version.id = found.id;

UPDATE pipeline_deal deal
   SET exchange_rate = version.exchange_rate, exchange_rate_from = version.exchange_rate_from
  FROM pipeline_dealversion version
 WHERE version.deal_id = deal.id AND version.valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00'
   AND version.exchange_rate IS NOT NULL;

ALTER TABLE pipeline_deal ENABLE TRIGGER USER;
ALTER TABLE pipeline_dealversion ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0039_future_refused_and_rates_written")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
