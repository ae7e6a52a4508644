"""A deal may wait until a day; its history knows since when.

The functions of its triggers are those of migrations 0039 and 0048 with one column more.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

first = import_module("pipeline.migrations.0039_future_refused_and_rates_written")
former = import_module("pipeline.migrations.0048_writes_into_the_past_are_noted")


def with_wait(function: str, *pairs: tuple[str, str]) -> str:
    """Return a function in which each text, which is there once, is followed by another."""
    for after, more in pairs:
        if function.count(after) != 1:
            raise ValueError(f"{after!r} is not there once")
        function = function.replace(after, after + more)
    return function


CREATED = with_wait(
    former.CREATED,
    ("category, next_step, next_step_on,", " wait_until,"),
    ("deal.next_step_on,", " deal.wait_until,"),
)
CHANGED = with_wait(
    former.CHANGED,
    ("now_is.next_step_on := NEW.next_step_on;", "\n    now_is.wait_until := NEW.wait_until;"),
    ("category, next_step, next_step_on, archived,", " wait_until,"),
    ("now_is.next_step_on, now_is.archived,", " now_is.wait_until,"),
)
FAULTS = with_wait(
    first.FAULTS,
    ("v.next_step, v.next_step_on,", " v.wait_until,"),
    ("deal.next_step, deal.next_step_on,", " deal.wait_until,"),
)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0049_import_attempts")]
    operations = [
        migrations.AddField("deal", "wait_until", models.DateField(blank=True, null=True)),
        migrations.AddField("dealversion", "wait_until", models.DateField(null=True)),
        migrations.AddConstraint(
            "deal",
            models.CheckConstraint(
                condition=Q(("wait_until__isnull", True))
                | Q(("wait_until__range", ("1980-01-01", "2199-12-31"))),
                name="deal_waits_plausibly",
            ),
        ),
        migrations.RunSQL(
            CREATED + CHANGED + FAULTS, former.CREATED + former.CHANGED + first.FAULTS
        ),
    ]
