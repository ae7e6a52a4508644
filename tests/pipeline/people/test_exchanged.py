"""Which activities both sides took part in: the pure rule and its filter in SQL agree."""

from datetime import UTC, datetime
from itertools import product

from pipeline.activities.models import Activity
from pipeline.enums import ActivityKind, Direction
from pipeline.people.metrics import Touch, is_exchange
from tests.factories.pipeline import ActivityFactory, ContactFactory

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_the_filter_finds_what_the_rule_says(sales_team):
    contact = ContactFactory()
    for kind, direction, minutes in product(ActivityKind, ["", *Direction], [None, 0, 1, 30]):
        ActivityFactory(
            person=sales_team.rita,
            contact=contact,
            kind=kind,
            direction=direction,
            minutes=minutes,
            occurred_at=AT,
        )

    rows = list(Activity.objects.all())
    by_rule = {
        row.pk
        for row in rows
        if is_exchange(Touch(contact.pk, row.kind, row.direction, row.minutes, row.occurred_at))
    }

    assert set(Activity.objects.exchanged().values_list("pk", flat=True)) == by_rule
    assert 0 < len(by_rule) < len(rows)
