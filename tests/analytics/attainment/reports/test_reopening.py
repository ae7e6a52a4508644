from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analytics.attainment.reports.ledger import Ledger
from analytics.context.reports import organisation_calendar
from kit.periods import Period
from pipeline.lifecycle import services as deals
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import DealFactory, StageFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1), "Q1 2026")


def credited(moment):
    return sum(entry.actual for entry in Ledger(QUARTER, moment, organisation_calendar()).entries())


def booked(moment):
    """The same in cents by SQL over the versions alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount_base), 0) * 100 FROM pipeline_dealversion"
            " WHERE status = 'won' AND NOT archived AND valid_from <= %s AND valid_to > %s"
            "   AND closed_on >= %s AND closed_on < %s",
            [moment, moment, QUARTER.start, QUARTER.end],
        )
        return int(cursor.fetchone()[0])


def test_reopening_takes_the_credit_back_from_then_on_and_not_before():
    OrganisationFactory(currency="USD")
    DealFactory(owner=PersonFactory(), stage=StageFactory(won=True), amount=50, created_at=START)
    deal = DealFactory(owner=PersonFactory(), amount=700, created_at=START)
    deal = deals.move_stage(
        deal, by=None, source="page", version=1, to=StageFactory(won=True),
        win_evidence="Order 7", at=START + timedelta(days=1),
    )  # fmt: skip
    deal = deals.move_stage(
        deal, by=None, source="page", version=deal.version, to=StageFactory(),
        reopen_reason="The order was called back", at=START + timedelta(days=3),
    )  # fmt: skip

    moments = [START + timedelta(days=days) for days in (0.5, 2, 4)]
    assert [credited(moment) for moment in moments] == [5_000, 75_000, 5_000]
    assert [booked(moment) for moment in moments] == [5_000, 75_000, 5_000]
    assert (deal.win_evidence, deal.credited_to, deal.closed_on) == ("", None, None)
    assert deal.amount == Decimal(700)
