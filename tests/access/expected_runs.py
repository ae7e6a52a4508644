"""Recompute runs: admins start and watch them, nobody else."""

from datetime import UTC, datetime

from analytics.runs.enums import Trigger
from analytics.runs.services import recompute
from tests.access.matrix import MISSING, Case, World, grid, only


def build(world: World) -> None:
    run, _ = recompute.request_run(
        by=None, trigger=Trigger.COMMAND, now=datetime(2026, 11, 20, 12, tzinfo=UTC)
    )
    world.made["run"] = run


def run_pk(world: World, target: str) -> dict[str, int]:
    return {"pk": MISSING if target == "missing" else world.made["run"].pk}


CASES = [
    Case("analytics:runs", "GET", only("admin")),
    Case(
        "analytics:runs",
        "POST",
        only("admin", status=302),
        data=lambda _world, _target: {"as_of": "2026-11-19"},
    ),
    Case(
        "analytics:run",
        "GET",
        grid("""
                     run  missing
        anonymous    302  302
        deactivated  302  302
        rep          403  403
        manager      403  403
        director     403  403
        executive    403  403
        admin        200  404
        recruiter    403  403
        stranger     403  403
        """),
        kwargs=run_pk,
    ),
]
