from datetime import UTC, datetime

from django.utils import timezone

from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import AttainmentSnapshot
from analytics.runs.services import recompute
from forecasting.models import Forecast, ForecastRun
from forecasting.services import nightly
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
