import pytest
from django.urls import reverse

from pipeline.deals.models import Deal
from pipeline.stages.models import Pipeline, Stage
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import DealFactory, PipelineFactory, StageFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db

LIST = "/setup/stages/"


def test_a_pipeline_is_added_given_stages_and_put_first(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    data = form_of(ada.get("/setup/pipelines/new/"), having="order")
    assert data["order"] == "20"
    listed = ada.post("/setup/pipelines/new/", data | {"name": "Renewals"}, follow=True)
    made = Pipeline.objects.get(name="Renewals")
    assert "It has no open stage, no won stage, no lost stage yet" in text_of(listed)

    new = f"/setup/stages/new/?pipeline={made.pk}"
    data = form_of(ada.get(new), having="order")
    assert data["order"] == "10"
    ada.post("/setup/stages/new/", data | {"name": "Qualify", "probability": "30"})
    assert Stage.objects.get(pipeline=made).name == "Qualify"

    address = reverse("pipeline:pipeline", args=[made.pk])
    data = form_of(ada.get(address), having="order")
    ada.post(address, data | {"order": "5"})
    ada.post(reverse("pipeline:pipeline-default", args=[made.pk]))
    shown = ada.get(LIST).context["pipelines"]
    assert [
        (each["pipeline"].name, each["pipeline"].is_default, len(each["table"].rows))
        for each in shown
    ] == [("Renewals", True, 1), ("Sales", False, 4)]


def test_a_pipeline_goes_out_of_use_without_open_deals_and_comes_back(as_, sales_team, stages):
    ada, made = as_(sales_team.ada), PipelineFactory(name="Renewals")
    due = StageFactory(pipeline=made, name="Due")
    deal = DealFactory(owner=sales_team.rita, stage=due)
    archive = reverse("pipeline:pipeline-archive", args=[made.pk])

    refused = ada.post(archive)
    assert refused.status_code == 400
    assert "Open deals stand in this pipeline. Move or close them first." in text_of(refused)

    Deal.objects.filter(pk=deal.pk).update(stage=StageFactory(pipeline=made, lost=True))
    for archived in (True, False):
        ada.post(archive)
        made.refresh_from_db()
        assert (made.archived_at is not None) is archived


def test_a_pipeline_out_of_use_is_not_made_the_default(as_, sales_team, stages):
    ada, made = as_(sales_team.ada), PipelineFactory(name="Renewals")
    ada.post(reverse("pipeline:pipeline-archive", args=[made.pk]))

    told = ada.post(reverse("pipeline:pipeline-default", args=[made.pk]), follow=True)

    assert "Renewals is out of use, so it cannot be the default." in text_of(told)
    assert Pipeline.objects.get(is_default=True).name == "Sales"
