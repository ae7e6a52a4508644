"""A deal may wait until a day; the history knows since when, whichever way it was written."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from pipeline import history
from pipeline.activities.reports import deal_timeline
from pipeline.deals.models import Deal
from pipeline.lifecycle import services
from tests.factories.pipeline import DealFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


def waited(deal, moment):
    return Deal.objects.as_of(moment).get(deal=deal.pk).wait_until


def test_a_past_day_is_read_with_the_waiting_of_that_day():
    deal = DealFactory(created_at=MONDAY, wait_until=date(2026, 4, 1))

    with history.writing(by=None, source="page", at=TUESDAY):
        Deal.objects.filter(pk=deal.pk).update(wait_until=date(2026, 5, 1))

    assert waited(deal, MONDAY) == date(2026, 4, 1)
    assert waited(deal, TUESDAY) == date(2026, 5, 1)
    history.check([deal.pk])


def test_a_history_whose_waiting_differs_from_the_deal_has_a_fault():
    deal = DealFactory(created_at=MONDAY, wait_until=date(2026, 4, 1))

    with history.writing(by=None, source="import", rewrite=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pipeline_dealversion SET wait_until = NULL WHERE deal_id = %s", [deal.pk]
        )

    with pytest.raises(history.BrokenHistoryError, match="current version differs"):
        history.check([deal.pk])


def test_two_writes_of_one_deed_are_one_version():
    deal = DealFactory(created_at=MONDAY)

    with history.writing(by=None, source="page"):
        Deal.objects.filter(pk=deal.pk).update(next_step="Wait for their budget")
        Deal.objects.filter(pk=deal.pk).update(wait_until=date(2026, 9, 1))

    assert list(deal.versions.values_list("next_step", "wait_until").order_by("valid_from")) == [
        ("", None),
        ("Wait for their budget", date(2026, 9, 1)),
    ]


def test_the_story_tells_since_when_a_deal_waits():
    deal = DealFactory(created_at=MONDAY)

    services.edit_deal(
        deal, by=None, source="page", version=1, changes={"wait_until": date(2026, 9, 1)}
    )

    (change,) = deal_timeline(deal).entries[0].changes
    assert (change.label, change.before, change.after) == ("On hold until", "", "1 Sep 2026")


def test_a_day_that_no_deal_waits_for_is_refused_on_its_field():
    deal = DealFactory(created_at=MONDAY)

    with pytest.raises(ValidationError) as refused:
        services.edit_deal(
            deal, by=None, source="page", version=1, changes={"wait_until": date(1899, 1, 1)}
        )

    assert "wait_until" in refused.value.message_dict
