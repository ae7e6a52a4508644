"""A deal that begins in a later stage is asked for what the exits of the stages before it need."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from pipeline.deals.models import Deal
from pipeline.discipline.models import CriterionMet, StageOverride
from pipeline.discipline.services import setup as exit_setup
from pipeline.discipline.services.exits import ExitAnswers
from pipeline.lifecycle import services as deals
from tests.factories.pipeline import PipelineFactory, StageFactory
from tests.pipeline.lifecycle.services.test_deals import messages

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def steps(db):
    return [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(name="Close", order=30),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]


@pytest.fixture
def budget(steps):
    qualify, propose, *_ = steps
    exit_setup.require_fields(propose, by=None, fields=["next_step"], at=NOW)
    said = "Buyer confirmed the budget"
    return exit_setup.add_criterion(qualify, by=None, statement=said).criterion


def create(person, stage, *, source="page", **more):
    by = None if source == "task" else person
    return deals.create_deal(by=by, source=source, name="Lamps", owner=person, stage=stage, **more)


def test_a_later_stage_asks_for_the_exits_of_all_before_it(sales_team, steps, budget):
    with pytest.raises(ValidationError) as refusal:
        create(sales_team.rita, steps[2])
    assert set(messages(refusal)) == {"next_step", f"criterion_{budget.pk}"}
    assert not Deal.objects.exists()

    shown = ExitAnswers(evidence={budget.pk: "E-mail of 3 March"})
    deal = create(sales_team.rita, steps[2], next_step="Call", exit=shown)

    assert CriterionMet.objects.get().deal == deal
    assert not StageOverride.objects.exists()


def test_the_first_stage_a_loss_and_another_pipeline_ask_for_nothing(sales_team, steps, budget):
    other = PipelineFactory()
    StageFactory(pipeline=other, order=1)
    later = StageFactory(pipeline=other, order=2, name="Later")
    StageFactory(pipeline=other, won=True)
    StageFactory(pipeline=other, lost=True)

    create(sales_team.rita, steps[0])
    create(sales_team.rita, steps[4], lost_reason="price")
    create(sales_team.rita, later)

    assert Deal.objects.count() == 3


def test_a_deal_made_as_won_passes_every_exit(sales_team, steps, budget):
    with pytest.raises(ValidationError) as refusal:
        create(sales_team.rita, steps[3], source="api", win_evidence="Order 7")

    assert set(messages(refusal)) == {"next_step", f"criterion_{budget.pk}"}


@pytest.mark.parametrize("source", ["import", "task"])
def test_imports_and_the_system_pass_freely(sales_team, steps, budget, source):
    assert create(sales_team.rita, steps[2], source=source).stage == steps[2]
    assert not StageOverride.objects.exists()


def test_an_override_is_counted_beside_one_of_the_first_move(sales_team, steps, budget):
    qualify, propose, close, *_ = steps
    hurry = ExitAnswers(override="Their quarter ends")
    deal = create(sales_team.rita, propose, exit=hurry)
    deals.move_stage(
        deal, by=sales_team.rita, source="page", version=1, to=close, exit=hurry
    )  # fmt: skip

    rows = StageOverride.objects.order_by("deal_version")
    told = [(row.from_stage, row.to_stage, row.missing) for row in rows]
    assert told == [
        (qualify, propose, ["Buyer confirmed the budget"]),
        (propose, close, ["Next step"]),
    ]
    assert "Their quarter ends" in deal.versions.order_by("valid_from").first().reason
