from datetime import UTC, datetime

from django.utils import timezone

from analytics.runs.enums import RunState, RunStep, Trigger
from analytics.runs.models import AttainmentSnapshot, RecomputeChunk
from analytics.runs.services import recompute
from forecasting.models import Forecast, ForecastRun
from forecasting.services import nightly
from forecasting.services.forecasts import store_forecasts
from tests.factories.pipeline import DealFactory
from tests.worlds import SalesTeam

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_without_history_it_says_what_is_missing_and_shows_no_number(
    sales_team: SalesTeam,
) -> None:
    DealFactory(owner=sales_team.rita)
    run, _ = recompute.request_run(by=None, trigger=Trigger.COMMAND, now=NOW)
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()

    assert run.state == RunState.DONE
    assert {facts.missing for facts in ForecastRun.objects.filter(run=run)} == {
        "A forecast needs 3 closed months, has 0 and 20 closed deals, has 0.",
        "A forecast needs 3 closed quarters, has 0 and 20 closed deals, has 0.",
    }
    assert not Forecast.objects.exists()
    assert AttainmentSnapshot.objects.filter(run=run, person=sales_team.rita).exists()


def test_a_part_whose_history_was_not_worked_out_stores_no_forecast(
    sales_team: SalesTeam,
) -> None:
    run, _ = recompute.request_run(by=None, trigger=Trigger.COMMAND, now=NOW)
    chunk = RecomputeChunk.objects.create(
        run=run, step=RunStep.FORECAST, phase=9, part=9, people=[sales_team.rita.pk], everyone=True
    )

    assert store_forecasts(chunk) == 0

    assert not Forecast.objects.exists()
    assert not ForecastRun.objects.exists()


def test_of_a_run_that_is_done_there_is_nothing_left_to_do(sales_team: SalesTeam) -> None:
    run, _ = recompute.request_run(by=None, trigger=Trigger.COMMAND, now=NOW)
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()
    before = list(RecomputeChunk.objects.order_by("pk").values())

    nightly.work_here(run, clock=timezone.now)

    assert list(RecomputeChunk.objects.order_by("pk").values()) == before
