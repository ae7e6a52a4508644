import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.deals.models import Deal
from pipeline.stages.models import Competitor, LossReason
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import CompetitorFactory, DealFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db


def test_a_reason_is_added_changed_taken_out_of_use_and_brought_back(as_, sales_team):
    ada = as_(sales_team.ada)
    data = form_of(ada.get("/setup/losses/reasons/new/"), having="kind")
    ada.post("/setup/losses/reasons/new/", data | {"name": "Bad weather", "kind": "other"})
    made = LossReason.objects.get(code="bad_weather")

    address = reverse("pipeline:loss-reason", args=[made.pk])
    data = form_of(ada.get(address), having="kind")
    ada.post(address, data | {"name": "Storm", "kind": "timing"})
    made.refresh_from_db()
    assert (made.name, made.kind, made.code) == ("Storm", "timing", "bad_weather")

    for used in (False, True):
        ada.post(reverse("pipeline:loss-reason-use", args=[made.pk]))
        made.refresh_from_db()
        assert (made.archived_at is None) == used
    assert "Storm" in text_of(ada.get("/setup/losses/"))


def test_a_competitor_is_added_renamed_and_never_named_twice(as_, sales_team):
    ada = as_(sales_team.ada)
    ada.post("/setup/losses/competitors/new/", {"name": "Rival"})
    rival = Competitor.objects.get()
    ada.post(reverse("pipeline:competitor", args=[rival.pk]), {"name": "Rival Works"})
    again = ada.post("/setup/losses/competitors/new/", {"name": "RIVAL works"})

    assert Competitor.objects.get().name == "Rival Works"
    assert again.status_code == 400
    assert "on the list already" in text_of(again)


def test_the_last_reason_in_use_stays(as_, sales_team):
    LossReason.objects.exclude(code="price").delete()
    price = LossReason.objects.get()

    page = as_(sales_team.ada).post(
        reverse("pipeline:loss-reason-use", args=[price.pk]), follow=True
    )

    assert "last reason in use" in text_of(page)


def test_the_page_of_losses_asks_as_much_for_one_competitor_as_for_three(as_, sales_team):
    ada = as_(sales_team.ada)
    ada.get("/setup/losses/")
    counted = []
    for number in (1, 2):
        CompetitorFactory.create_batch(number)
        with CaptureQueriesContext(connection) as queries:
            ada.get("/setup/losses/")
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_a_deal_is_lost_to_a_competitor_who_is_new(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages.propose)
    rita = as_(sales_team.rita)
    address = reverse("analytics:deal-move", args=[deal.pk])
    data = form_of(rita.get(f"{address}?stage={stages.lost.pk}"), having="lost_reason")

    silent = rita.post(address, data | {"lost_reason": "competitor"})
    assert (silent.status_code, list(silent.context["form"].errors)) == (400, ["competitor"])
    rita.post(address, data | {"lost_reason": "competitor", "new_competitor": "Rival Works"})

    found = Deal.objects.get(pk=deal.pk)
    assert (found.status, found.competitor.name) == ("lost", "Rival Works")
    page = text_of(rita.get(reverse("analytics:deal", args=[deal.pk])))
    assert "to Rival Works" in page


def test_reopening_asks_why_and_shows_it(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages.lost, lost_reason="timing")
    rita = as_(sales_team.rita)
    address = reverse("analytics:deal-move", args=[deal.pk])
    data = form_of(rita.get(f"{address}?stage={stages.propose.pk}"), having="reopen_reason")

    silent = rita.post(address, data)
    assert (silent.status_code, list(silent.context["form"].errors)) == (400, ["reopen_reason"])
    rita.post(address, data | {"reopen_reason": "They called again"})

    page = text_of(rita.get(reverse("analytics:deal", args=[deal.pk])))
    assert "Reopened in Propose" in page
    assert "They called again" in page


def test_an_open_deal_is_not_asked_why_it_is_reopened(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages.qualify)
    address = reverse("analytics:deal-move", args=[deal.pk])

    page = as_(sales_team.rita).get(f"{address}?stage={stages.propose.pk}")

    assert 'name="reopen_reason"' not in page.content.decode()


def test_the_competitor_of_an_open_deal_is_edited(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages.propose)
    rival = CompetitorFactory()
    rita = as_(sales_team.rita)
    address = reverse("analytics:deal-edit", args=[deal.pk])

    rita.post(address, form_of(rita.get(address), having="amount") | {"competitor": rival.pk})

    assert Deal.objects.get(pk=deal.pk).competitor == rival
