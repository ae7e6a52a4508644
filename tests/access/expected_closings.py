"""Win/loss reviews: read with the deal, written by those who may edit it."""

from typing import Any

from tests.access.expected_pipeline import CHANGED, OPENED_TO_WRITE, SELLERS, deal
from tests.access.matrix import MISSING, Case, World, same


def reviewed(_world: World, _target: str) -> dict[str, Any]:
    return {"decided_by": "The trial", "reviewed_on": "2026-01-15"}


# The deals of the matrix are open: whoever may write is led back, or told so.
LED_BACK = {cell: 302 if status == 200 else status for cell, status in OPENED_TO_WRITE.items()}
TOLD = {
    (actor, target): 400 if status == 302 and actor not in ("anonymous", "deactivated") else status
    for (actor, target), status in CHANGED.items()
}

CASES = [
    Case("process:closings", "GET", SELLERS),
    Case("process:closings", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("process:closings", "GET", same(400, recruiter=403), query="?reviewed=perhaps"),
    Case("process:deal-closing", "GET", LED_BACK, kwargs=deal),
    Case("process:deal-closing", "POST", TOLD, kwargs=deal, data=reviewed),
]
