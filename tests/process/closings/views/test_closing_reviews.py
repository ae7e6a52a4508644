from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from org import access
from org.services import calendar
from pipeline.discipline.models import ClosingReview
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import DealFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(sales_team, stages):
    calendar.ensure_years(access.today().year, access.today().year)
    now = datetime.now(UTC)
    return [
        DealFactory(owner=owner, stage=stage, name=name, created_at=now, **more)
        for owner, stage, name, more in (
            (sales_team.rita, stages.won, "Spectrometers", {}),
            (sales_team.ron, stages.lost, "Lenses", {"lost_reason": "price"}),
            (sales_team.rob, stages.won, "Elsewhere", {}),
        )
    ]


def names(response):
    return {row.name for row in response.context["table"].rows}


def test_closings_of_the_team_are_listed_with_and_without_review(as_, sales_team, closed):
    mia = as_(sales_team.mia)
    address = reverse("process:deal-closing", args=[closed[0].pk])
    data = form_of(mia.get(address), having="decided_by")
    silent = mia.post(address, data)
    assert (silent.status_code, list(silent.context["form"].errors)) == (400, ["decided_by"])
    mia.post(address, data | {"decided_by": "The trial decided it"})

    page = mia.get("/pipeline/closings/")

    assert names(page) == {"Spectrometers", "Lenses"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(r.id) FROM pipeline_deal d LEFT JOIN pipeline_closingreview r"
            " ON r.deal_id = d.id AND r.closed_at = d.stage_entered_at"
            " WHERE d.status <> 'open' AND d.owner_id = ANY (%s)",
            [[sales_team.rita.pk, sales_team.ron.pk]],
        )
        found = page.context["found"]
        assert cursor.fetchone() == (found.closed, found.reviewed) == (2, 1)
    assert names(mia.get("/pipeline/closings/?reviewed=yes")) == {"Spectrometers"}
    assert names(mia.get("/pipeline/closings/?reviewed=no")) == {"Lenses"}
    assert "The trial decided it" in text_of(
        mia.get(reverse("pipeline:deal-exit", args=[closed[0].pk]))
    )


def test_an_open_deal_has_no_closing_to_review(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages.qualify)

    page = as_(sales_team.rita).get(reverse("process:deal-closing", args=[deal.pk]), follow=True)

    assert "no closing to review" in text_of(page)


def test_the_list_asks_as_much_for_one_deal_as_for_three(as_, sales_team, stages, closed):
    mia = as_(sales_team.mia)
    mia.get("/pipeline/closings/")
    counted = []
    for number in (1, 2):
        for _ in range(number):
            deal = DealFactory(
                owner=sales_team.rita, stage=stages.won, created_at=datetime.now(UTC)
            )
            ClosingReview.objects.create(
                deal=deal, closed_at=deal.stage_entered_at, status="won", decided_by="Price",
                reviewed_on=access.today(),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            mia.get("/pipeline/closings/")
        counted.append(len(queries))

    assert counted[0] == counted[1]
