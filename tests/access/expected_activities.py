"""Logging activities from anywhere. Deals are named by typing, and only those that are seen."""

from typing import Any
from uuid import uuid4

from tests.access.expected_pipeline import LOGGED, SELLERS, WRITERS
from tests.access.matrix import MISSING, Case, World


def typed(world: World, target: str) -> dict[str, Any]:
    pk = world.deal_pk(target)
    named = {deal.pk: deal.name for deal in world.deals.values()} | {MISSING: "Nothing"}
    return {
        "kind": "call",
        "subject": "Talked",
        "occurred_at": "2026-01-06T09:00",
        "submission": uuid4(),
        "deal": f"{named[pk]} #{pk}",
        "next_step": "Call again",
    }


def rows(world: World, target: str) -> dict[str, Any]:
    given = {f"row-1-{name}": value for name, value in typed(world, target).items()}
    return given | {"rows": 1}


CASES = [
    Case("pipeline:activity-bulk", "GET", WRITERS),
    Case("pipeline:activity-bulk", "POST", LOGGED, data=rows),
    Case("pipeline:activity-log", "GET", WRITERS),
    Case("pipeline:activity-log", "POST", LOGGED, data=typed),
    Case("pipeline:deal-suggest", "GET", SELLERS, query="?deal=canary"),
    Case("pipeline:deal-suggest", "GET", SELLERS, query="?deal=more"),
    Case("pipeline:contact-suggest", "GET", SELLERS, query="?account=Acme+Optics&contact=con"),
]
