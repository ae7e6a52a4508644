from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from analytics.runs.enums import RunState
from analytics.runs.models import RecomputeRun
from forecasting.management.commands import recompute as command
from forecasting.services import nightly
from tests.factories.pipeline import DealFactory
from tests.worlds import SalesTeam


class Screen(StringIO):
    """What a person sees, who does something once they have read a certain line."""

    def __init__(self, *, at: str, then: Callable[[], None]) -> None:
        super().__init__()
        self.at, self.then = at, then

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.at in text:
            self.then()
        return written


def work_to_the_end() -> None:
    run = RecomputeRun.objects.get()
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()


def test_without_a_worker_it_says_so_and_goes_on_when_one_comes(
    sales_team: SalesTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    DealFactory(owner=sales_team.rita)
    monkeypatch.setattr(command, "PATIENCE", timedelta(seconds=1))
    screen = Screen(at="no worker answers", then=work_to_the_end)

    call_command("recompute", stdout=screen)

    lines = screen.getvalue().splitlines()
    assert lines[1:3] == [
        "0 of 1 parts, Planning the parts",
        f"0 of 1 parts, {command.NOBODY}",
    ]
    assert "manage.py recompute --here" in lines[2]
    assert lines[-1].startswith("Done after")
    assert RecomputeRun.objects.get().state == RunState.DONE


def test_done_here_it_asks_for_no_worker(
    sales_team: SalesTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    DealFactory(owner=sales_team.rita)
    monkeypatch.setattr(command, "PATIENCE", timedelta(0))
    screen = StringIO()

    call_command("recompute", "--here", stdout=screen)

    assert "no worker" not in screen.getvalue()
    assert RecomputeRun.objects.get().state == RunState.DONE
