from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from pipeline.discipline.models import ClosingReview
from pipeline.discipline.services.closing_reviews import review_closing
from tests.factories.pipeline import CompetitorFactory, DealFactory, StageFactory
from tests.pipeline.lifecycle.services.test_deals import messages, move
from tests.worlds import build_sales_team

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def review(deal, by, text="Their own team was for us", **more):
    given = {"decided_by": text, "reviewed_on": TODAY} | more
    return review_closing(deal, by=by, today=TODAY, **given)


def test_owner_and_managers_review_a_closing_and_write_it_anew(sales_team):
    deal = DealFactory(owner=sales_team.rita, stage=StageFactory(won=True))
    rival = CompetitorFactory()

    review(deal, sales_team.rita)
    review(deal, sales_team.mia, "The trial decided it", competitor=rival, asked="Ann, CFO")

    found = ClosingReview.objects.get()
    assert (found.decided_by, found.competitor, found.asked, found.written_by) == (
        "The trial decided it", rival, "Ann, CFO", sales_team.mia,
    )  # fmt: skip
    for stranger in (sales_team.ron, sales_team.eve):
        with pytest.raises(PermissionDenied):
            review(deal, stranger)


def test_each_closing_has_a_review_of_its_own(sales_team):
    deal = DealFactory(owner=sales_team.rita, created_at=START)
    won, lost = StageFactory(won=True), StageFactory(lost=True)
    deal = move(deal, sales_team.rita, won, win_evidence="Order 7", at=START + timedelta(days=1))
    review(deal, sales_team.rita)
    deal = move(
        deal, sales_team.rita, StageFactory(), reopen_reason="Back", at=START + timedelta(days=2)
    )
    with pytest.raises(ValidationError, match="no closing to review"):
        review(deal, sales_team.rita)
    deal = move(deal, sales_team.rita, lost, lost_reason="price", at=START + timedelta(days=3))
    review(deal, sales_team.rita, "Another ceiling")

    assert [(row.status, row.decided_by) for row in deal.closing_reviews.all()] == [
        ("lost", "Another ceiling"), ("won", "Their own team was for us"),
    ]  # fmt: skip


def test_a_review_says_why_and_not_before_its_day(sales_team):
    deal = DealFactory(owner=sales_team.rita, stage=StageFactory(won=True))

    for given, field in (
        ({"text": " "}, "decided_by"),
        ({"reviewed_on": TODAY + timedelta(days=1)}, "reviewed_on"),
    ):
        with pytest.raises(ValidationError) as refusal:
            review(deal, sales_team.rita, **given)
        assert list(messages(refusal)) == [field]
    assert not ClosingReview.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_review_at_once_write_one_review():
    team = build_sales_team(TODAY)
    deal = DealFactory(owner=team.rita, stage=StageFactory(won=True))

    def write(by):
        try:
            review(deal, by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [team.rita, team.mia]))

    assert ClosingReview.objects.count() == 1
