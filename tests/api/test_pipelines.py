import pytest

from pipeline.deals.models import Deal
from tests.factories.pipeline import DealFactory, PipelineFactory, StageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def renewals(stages):
    made = PipelineFactory(name="Renewals", order=20)
    StageFactory(pipeline=made, name="Due")
    StageFactory(pipeline=made, won=True)
    StageFactory(pipeline=made, lost=True)
    return made


def test_pipelines_are_listed_and_stages_by_pipeline(rita, renewals):
    listed = rita.get("pipelines").json()["results"]
    stages = rita.get("stages", pipeline=renewals.pk).json()["results"]

    assert [(one["name"], one["order"], one["is_default"]) for one in listed] == [
        ("Sales", 10, True),
        ("Renewals", 20, False),
    ]
    assert [(one["name"], one["pipeline"]) for one in stages] == [
        ("Due", renewals.pk),
        ("Won", renewals.pk),
        ("Lost", renewals.pk),
    ]


def test_out_of_use_a_pipeline_and_its_stages_are_listed_apart(rita, renewals):
    renewals.archived_at = "2026-01-01T00:00:00Z"
    renewals.save()

    for name, mine in (("pipelines", ["Renewals"]), ("stages", ["Due", "Won", "Lost"])):
        used = {one["id"] for one in rita.get(name).json()["results"]}
        left = rita.get(name, archived="true").json()["results"]
        assert [one["name"] for one in left] == mine
        assert used.isdisjoint({one["id"] for one in left})


def test_deals_say_their_pipeline_and_are_selected_by_it(sales_team, rita, stages, renewals):
    due = renewals.stages.get(name="Due")
    DealFactory(owner=sales_team.rita, stage=stages["Qualify"])
    deal = DealFactory(owner=sales_team.rita, stage=due)

    (found,) = rita.get("deals", pipeline=renewals.pk).json()["results"]

    assert (found["id"], found["pipeline"], found["pipeline_name"]) == (
        deal.pk, renewals.pk, "Renewals",
    )  # fmt: skip
    (version,) = rita.get("deal-history", deal.pk).json()["results"]
    assert version["pipeline_name"] == "Renewals"


def test_a_move_to_another_pipeline_names_it(sales_team, rita, stages, renewals):
    deal = DealFactory(owner=sales_team.rita, stage=stages["Qualify"])
    due = renewals.stages.get(name="Due")
    move = {"version": deal.version, "stage": due.pk}

    for body in (move, move | {"pipeline": stages["Qualify"].pipeline_id}):
        refused = rita.post("deal-move", body, pk=deal.pk)
        assert refused.status_code == 400
        assert "stage" in str(refused.json())
        assert Deal.objects.get(pk=deal.pk).stage == stages["Qualify"]

    moved = rita.post("deal-move", move | {"pipeline": renewals.pk}, pk=deal.pk)

    assert (moved.status_code, moved.json()["pipeline"]) == (200, renewals.pk)
