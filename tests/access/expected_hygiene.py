"""Data quality: everybody who sells sees the breaches of the deals they see, and decides there."""

from datetime import timedelta
from typing import Any

from analytics.risk.models import Disposition
from org import access
from tests.access.matrix import MISSING, Case, World, only, same

SELLERS = same(200, recruiter=403)


def build(world: World) -> None:
    Disposition.objects.create(
        deal_id=world.deal_pk("rita"),
        signal="no_step",
        remedy="justify",
        reason="Canary reason",
        due_on=access.today(),
        decided_at="2026-01-15T10:00:00Z",
    )


def nothing(_world: World, _target: str) -> dict[str, Any]:
    due = access.today() + timedelta(days=1)
    return {"deal": MISSING, "breaches": "no_step:0", "remedy": "fix", "due_on": due}


def rule(_world: World, _target: str) -> dict[str, Any]:
    return {"given_to": "fewest"}


CASES = [
    Case("analytics:hygiene", "GET", SELLERS),
    Case("analytics:hygiene", "GET", same(400, recruiter=403), query="?state=never"),
    Case("analytics:hygiene", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("analytics:hygiene-csv", "GET", SELLERS),
    Case("process:leavers", "GET", only("admin")),
    Case("process:leavers", "POST", only("admin", status=302), data=rule),
    Case("analytics:hygiene-decide", "POST", same(404, executive=403, recruiter=403), data=nothing),
]
