"""The home pages: the start, the team dashboard and the own page.

The dashboard is there for who leads a team or people, and for executives and admins; for anybody
else it does not exist. A person's page is there for whoever may see that person's numbers.
"""

from typing import Any

from org.services import calendar
from tests.access.matrix import MISSING, Case, World, grid, same


def build(_world: World) -> None:
    calendar.ensure_years(2020, 2035)


def person(world: World, target: str) -> dict[str, Any]:
    return {"pk": world.person_pk(target)}


def team(world: World, target: str) -> dict[str, Any]:
    return {"team": MISSING if target == "missing" else getattr(world.team, target).pk}


DASHBOARD = same(200, rep=404, recruiter=404, stranger=404)

PEOPLE = grid("""
             rita ron mia rob former future leaver stan missing
anonymous    302  302 302 302 302    302    302    302  302
deactivated  302  302 302 302 302    302    302    302  302
rep          200  404 404 404 404    404    404    404  404
manager      200  200 200 404 404    404    200    404  404
director     200  200 200 200 200    200    200    404  404
executive    200  200 200 200 200    200    200    200  404
admin        200  200 200 200 200    200    200    200  404
recruiter    404  404 404 404 404    404    404    404  404
stranger     404  404 404 404 404    404    404    200  404
""")

CASES = [
    Case("home", "GET", same(302)),
    Case("me", "GET", same(200, recruiter=403)),
    Case("team", "GET", DASHBOARD),
    Case("team", "GET", DASHBOARD, query="?as_of=2026-01-15"),
    Case("team-teams-file", "GET", DASHBOARD),
    Case(
        "team",
        "GET",
        grid("""
                     north south sales missing
        anonymous    302   302   302   302
        deactivated  302   302   302   302
        rep          404   404   404   404
        manager      200   404   404   404
        director     200   200   200   404
        executive    200   200   200   404
        admin        200   200   200   404
        recruiter    404   404   404   404
        stranger     404   404   404   404
        """),
        data=team,
        query="?team=",
    ),
    Case("team-forecast", "GET", DASHBOARD),
    Case("team-trend", "GET", DASHBOARD),
    Case("team-file", "GET", DASHBOARD),
    Case("member", "GET", PEOPLE, kwargs=person),
    Case("member-forecast", "GET", PEOPLE, kwargs=person),
]
