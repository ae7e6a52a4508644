"""The review of the pipeline, what changed in it, and saved views.

Everybody who sells looks at a pipeline of theirs: a rep at their own, a manager at the teams led.
A view is its owner's, and of those whom it is shared with; only the owner removes it.
"""

from typing import Any
from uuid import uuid4

from analytics.review.models import SavedView
from tests.access.matrix import MISSING, Case, World, grid, same

SELLERS = same(200, recruiter=403)


def build(world: World) -> None:
    world.made["views"] = {
        "of_rita": SavedView.objects.create(
            owner=world.team.rita, page="review", name="Canary view of Rita", query="only=quiet"
        ),
        "shared_north": SavedView.objects.create(
            owner=world.team.mia,
            page="review",
            name="Canary view of North",
            query="only=pushed",
            team=world.team.north,
        ),
    }


def view(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["views"][target].pk}


def reviewed(_world: World, _target: str) -> dict[str, Any]:
    return {"seen_at": "2026-01-15T10:00:00Z", "submission": uuid4()}


def kept(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Kept in the matrix", "query": "only=quiet"}


CASES = [
    Case("analytics:review", "GET", SELLERS),
    Case("analytics:review", "GET", same(200, recruiter=403), query="?as_of=2026-01-15"),
    Case("analytics:review", "GET", same(400, recruiter=403), query="?since=never"),
    # Another's team or person is not there.
    Case(
        "analytics:review",
        "GET",
        same(404, recruiter=403),
        query=f"?team={MISSING}",
    ),
    Case("analytics:review", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("analytics:review-csv", "GET", SELLERS),
    Case("analytics:review-done", "POST", same(302, recruiter=403), data=reviewed),
    Case("analytics:board", "GET", SELLERS),
    Case("analytics:board", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case("analytics:changes", "GET", SELLERS),
    Case("analytics:changes", "GET", SELLERS, query="?show=new&unit=weighted&by=stage"),
    Case("analytics:changes", "GET", same(404, recruiter=403), query=f"?person={MISSING}"),
    Case(
        "analytics:view-save",
        "POST",
        grid("""
                     review missing
        anonymous    302    302
        deactivated  302    302
        rep          302    404
        manager      302    404
        director     302    404
        executive    302    404
        admin        302    404
        recruiter    403    403
        stranger     302    404
        """),
        kwargs=lambda _world, target: {"page": target},
        data=kept,
    ),
    Case(
        "analytics:view-archive",
        "POST",
        grid("""
                     of_rita shared_north missing
        anonymous    302     302          302
        deactivated  302     302          302
        rep          302     403          404
        manager      404     302          404
        director     404     403          404
        executive    404     404          404
        admin        404     404          404
        recruiter    403     403          403
        stranger     404     404          404
        """),
        kwargs=view,
    ),
]
