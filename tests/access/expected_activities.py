"""Logging activities from anywhere. Deals are named by typing, and only those that are seen."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from pipeline.activities.models import CalendarUpload
from process.models import ActivityTarget
from tests.access.expected_pipeline import LOGGED, SELLERS, WRITERS
from tests.access.matrix import MISSING, Case, Expected, World, grid, only, same


def build(world: World) -> None:
    world.made["calendars"] = {
        name: CalendarUpload.objects.create(
            person=getattr(world.team, name),
            file_name=f"Canary calendar of {name}",
            uploaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            submission=uuid4(),
        )
        for name in ("rita", "mia")
    }
    ActivityTarget.objects.create(
        role="rep",
        kind="call",
        count=20,
        every="week",
        starts_on=date(2026, 1, 1),
        reason="The plan",
        set_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


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


def target(_world: World, _target: str) -> dict[str, Any]:
    return {
        "role": "rep",
        "kind": "meeting",
        "count": 3,
        "every": "week",
        "starts_on": "2026-03-02",
        "reason": "The plan",
    }


def calendar(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["calendars"][target].pk}


def own_calendars(there: int) -> Expected:
    """A calendar is its owner's alone; whoever only looks on has none."""
    return grid(f"""
                    rita    mia     missing
        anonymous   302     302     302
        deactivated 302     302     302
        rep         {there} 404     404
        manager     404     {there} 404
        director    404     404     404
        executive   403     403     403
        admin       404     404     404
        recruiter   403     403     403
        stranger    404     404     404
    """)


CASES = [
    Case("process:activity-outcomes", "GET", SELLERS, query="?show=%3A"),
    Case("process:activity-outcomes", "GET", same(400, recruiter=403), query="?kind=note"),
    Case("process:activity-outcomes", "GET", same(404, recruiter=403), query="?team=987654321"),
    Case("pipeline:calendars", "GET", WRITERS),
    Case("pipeline:calendars", "POST", same(400, recruiter=403, executive=403)),
    Case("pipeline:calendar", "GET", own_calendars(200), kwargs=calendar),
    Case("pipeline:calendar", "POST", own_calendars(302), kwargs=calendar),
    Case("pipeline:calendar-undo", "POST", own_calendars(302), kwargs=calendar),
    Case("process:activity-attainment", "GET", SELLERS),
    Case("process:activity-attainment", "GET", SELLERS, query="?over=week&as_of=2026-03-17"),
    Case("process:activity-attainment", "GET", same(400, recruiter=403), query="?over=never"),
    Case("process:activity-attainment", "GET", same(404, recruiter=403), query="?team=987654321"),
    Case("process:activity-attainment-csv", "GET", SELLERS),
    Case(
        "process:activity-attainment-of",
        "GET",
        grid("""
                    rita rob former future leaver missing
        anonymous   302  302 302    302    302    302
        deactivated 302  302 302    302    302    302
        rep         200  404 404    404    404    404
        manager     200  404 404    404    200    404
        director    200  200 200    200    200    404
        executive   200  200 200    200    200    404
        admin       200  200 200    200    200    404
        recruiter   403  403 403    403    403    403
        stranger    404  404 404    404    404    404
        """),
        kwargs=lambda world, target: {"pk": world.person_pk(target)},
    ),
    Case("process:activity-targets", "GET", only("admin")),
    Case("process:activity-targets", "POST", only("admin", status=302), data=target),
    Case("pipeline:activity-bulk", "GET", WRITERS),
    Case("pipeline:activity-bulk", "POST", LOGGED, data=rows),
    Case("pipeline:activity-log", "GET", WRITERS),
    Case("pipeline:activity-log", "POST", LOGGED, data=typed),
    Case("pipeline:deal-suggest", "GET", SELLERS, query="?deal=canary"),
    Case("pipeline:deal-suggest", "GET", SELLERS, query="?deal=more"),
    Case("pipeline:contact-suggest", "GET", SELLERS, query="?account=Acme+Optics&contact=con"),
]
