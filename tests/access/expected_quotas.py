"""Quotas: admins set all but their own, managers those of people below, everybody sees theirs."""

from typing import Any

from org import access
from org.models.calendar import FiscalPeriod
from org.models.territories import Territory
from org.services import calendar
from tests.access.matrix import MISSING, Case, World, grid, same


def build(world: World) -> None:
    calendar.ensure_years(2026, access.today().year)
    world.made["quota_territory"] = Territory.objects.create(name="Western market")


def subject(world: World, target: str) -> dict[str, Any]:
    if target in {"north", "south"}:
        return {"kind": "team", "pk": getattr(world.team, target).pk}
    if target == "west":
        return {"kind": "territory", "pk": world.made["quota_territory"].pk}
    return {"kind": "person", "pk": world.person_pk(target)}


def whose(world: World, target: str) -> dict[str, Any]:
    row = subject(world, target)
    return {"person" if row["kind"] == "person" else "team": row["pk"]}


def typed(world: World, _target: str) -> dict[str, Any]:
    quarter = FiscalPeriod.objects.get(label="Q1 2026")
    return {
        "seen": 0,
        "reason": "Plan",
        f"person-{world.team.rita.pk}-{quarter.pk}": "1000",
        "preview": "1",
    }


CASES = [
    Case("org:quotas", "GET", same(200, recruiter=403)),
    Case("org:quotas", "GET", same(400, recruiter=403), query="?group=nobody"),
    Case(
        "org:quotas",
        "GET",
        same(400, admin=200, executive=200, recruiter=403),
        query="?group=territories",
    ),
    # Reps set nothing, executives look on, admins choose a team before they type.
    Case("org:quotas", "POST", same(403, manager=200, director=200), data=typed),
    Case(
        "org:quota-history",
        "GET",
        grid("""
                         rita mia rob former future north south west missing
            anonymous    302  302 302 302    302    302   302   302  302
            deactivated  302  302 302 302    302    302   302   302  302
            rep          200  404 404 404    404    404   404   404  404
            manager      200  200 404 404    404    200   404   404  404
            director     200  200 200 200    200    200   200   404  404
            executive    200  200 200 200    200    200   200   200  404
            admin        200  200 200 200    200    200   200   200  404
            recruiter    403  403 403 403    403    403   403   403  403
            stranger     404  404 404 404    404    404   404   404  404
        """),
        kwargs=subject,
    ),
    # The quota of a team or person whose numbers the viewer does not see is not there.
    Case(
        "analytics:quota-sources",
        "GET",
        grid("""
                         rita mia rob former future north south missing
            anonymous    302  302  302  302  302  302  302  302
            deactivated  302  302  302  302  302  302  302  302
            rep          200  404  404  404  404  404  404  404
            manager      200  200  404  404  404  200  404  404
            director     200  200  200  200  200  200  200  404
            executive    200  200  200  200  200  200  200  404
            admin        200  200  200  200  200  200  200  404
            recruiter    403  403  403  403  403  403  403  403
            stranger     404  404  404  404  404  404  404  404
        """),
        data=whose,
    ),
    Case(
        "analytics:quota-sources",
        "GET",
        same(400, recruiter=403, rep=404, stranger=404),
        query="?period=never",
    ),
    Case(
        "org:quota-history",
        "GET",
        same(404, recruiter=403),
        kwargs=lambda _w, _t: {"kind": "planet", "pk": MISSING},
        query="?x",
    ),
]
