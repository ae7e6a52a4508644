"""The history keeps why a deal was lost, and to whom or against whom it was fought for.

The functions of its triggers are those of migration 0050 with two columns more. What was there
before is filled in by the next migration, which also has the check of a history compare them.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

former = import_module("pipeline.migrations.0050_deals_wait_until")

CREATED = former.with_wait(
    former.CREATED,
    ("next_step_on, wait_until,", " lost_reason, competitor_id,"),
    ("deal.wait_until,", " deal.lost_reason, deal.competitor_id,"),
)
CHANGED = former.with_wait(
    former.CHANGED,
    (
        "now_is.wait_until := NEW.wait_until;",
        """
    now_is.lost_reason := NEW.lost_reason;
    now_is.competitor_id := NEW.competitor_id;""",
    ),
    ("next_step_on, archived, wait_until,", " lost_reason, competitor_id,"),
    ("now_is.archived, now_is.wait_until,", " now_is.lost_reason, now_is.competitor_id,"),
)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0074_activities_by_minutes")]
    operations = [
        migrations.AddField(
            "dealversion", "lost_reason", models.CharField(max_length=30, null=True)
        ),
        migrations.AddField(
            "dealversion",
            "competitor",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pipeline.competitor",
            ),
        ),
        migrations.RunSQL(CREATED + CHANGED, former.CREATED + former.CHANGED),
    ]
