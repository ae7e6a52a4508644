import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.stages.models import Stage
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import DealFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db


def test_an_admin_sees_the_stages_with_the_deals_in_them(as_, sales_team, stages):
    DealFactory(owner=sales_team.rita, stage=stages.propose)

    (sales,) = as_(sales_team.ada).get("/setup/stages/").context["pipelines"]

    assert [(row.name, row.standing) for row in sales["table"].rows] == [
        ("Qualify", 0),
        ("Propose", 1),
        ("Won", 0),
        ("Lost", 0),
    ]


def test_a_stage_is_added_changed_taken_out_of_use_and_brought_back(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    data = form_of(ada.get("/setup/stages/new/"), having="order")
    ada.post("/setup/stages/new/", data | {"name": "Prove", "probability": "70"})
    prove = Stage.objects.get(name="Prove")
    assert prove.order == 109

    address = reverse("pipeline:stage", args=[prove.pk])
    data = form_of(ada.get(address), having="order")
    ada.post(address, data | {"order": "30", "expected_days": "14"})
    prove.refresh_from_db()
    assert (prove.order, prove.expected_days, prove.probability) == (30, 14, 70)

    deal = DealFactory(owner=sales_team.rita, stage=prove)
    archive = reverse("pipeline:stage-archive", args=[prove.pk])
    refused = ada.post(archive, {"move_to": ""})
    assert refused.status_code == 400
    assert "Say where the open deals of this stage go (1 of them)." in text_of(refused)
    ada.post(archive, {"move_to": stages.propose.pk})
    deal.refresh_from_db()
    assert deal.stage == stages.propose

    ada.post(archive)
    prove.refresh_from_db()
    assert prove.archived_at is None


def test_a_bad_stage_is_explained(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    for typed, field in (
        ({"name": "qualify", "probability": "5"}, "name"),
        ({"name": "New", "probability": ""}, "probability"),
        ({"name": "New", "probability": "101"}, "probability"),
        ({"name": "New", "probability": "5", "order": "-1"}, "order"),
    ):
        base = {"kind": "open", "order": "5", "default_category": "pipeline"}
        response = ada.post("/setup/stages/new/", base | typed)

        assert list(response.context["form"].errors) == [field]


def test_the_set_up_asks_as_much_for_four_stages_as_for_six(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    ada.get("/setup/stages/")
    counted = []
    for number in (0, 2):
        for extra in range(number):
            Stage.objects.create(name=f"Extra {extra}", order=50, probability=5)
        with CaptureQueriesContext(connection) as queries:
            ada.get("/setup/stages/")
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_without_stages_the_pages_say_what_to_do_first(as_, sales_team):
    ada = as_(sales_team.ada)

    listed = ada.get(reverse("pipeline:stages")).content.decode()
    offered = ada.get("/deals/new/").content.decode()
    told = as_(sales_team.rita).get("/deals/new/").content.decode()

    assert "No stages yet." in listed
    assert reverse("pipeline:stage-new") in listed
    assert f'href="{reverse("pipeline:stages")}"' in offered
    assert "ask your sales operations" in told
    assert "Create the deal" not in told
