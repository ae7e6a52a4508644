"""Versions of before get what their deal says today: a closed deal's from its closing on, an open
one's from now on. What was said earlier is not known, so it is not made up.

A part of the deals at a time, each in a transaction of its own, so that nobody waits long; it may
be run again.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

former = import_module("pipeline.migrations.0050_deals_wait_until")

PART = 20_000
FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"

# The deals are locked before their history is read, so that what is written is what they say.
FILL = f"""
DO $$
BEGIN
    PERFORM set_config('salesmgr.rewrite_history', 'on', true);
    PERFORM id FROM pipeline_deal
      WHERE id >= {{first}} AND id < {{first}} + {PART}
        AND (lost_reason IS NOT NULL OR competitor_id IS NOT NULL)
      ORDER BY id FOR NO KEY UPDATE;
    UPDATE pipeline_dealversion version
       SET lost_reason = deal.lost_reason, competitor_id = deal.competitor_id
      FROM pipeline_deal deal
     WHERE deal.id >= {{first}} AND deal.id < {{first}} + {PART}
       AND (deal.lost_reason IS NOT NULL OR deal.competitor_id IS NOT NULL)
       AND version.deal_id = deal.id
       AND version.lost_reason IS NULL AND version.competitor_id IS NULL
       AND (version.valid_to = {FOREVER}
            OR (deal.status <> 'open' AND version.status = deal.status
                AND NOT EXISTS (SELECT 1 FROM pipeline_dealversion later
                                 WHERE later.deal_id = deal.id
                                   AND later.valid_from > version.valid_from
                                   AND later.status <> deal.status)));
    PERFORM set_config('salesmgr.rewrite_history', '', true);
END $$;
"""

FAULTS = former.with_wait(
    former.FAULTS,
    ("v.next_step_on, v.wait_until,", " v.lost_reason, v.competitor_id,"),
    ("deal.next_step_on, deal.wait_until,", " deal.lost_reason, deal.competitor_id,"),
)


def fill(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM pipeline_deal")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, PART):
            cursor.execute(FILL.format(first=start))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pipeline", "0075_versions_keep_losses")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FAULTS, former.FAULTS),
    ]
