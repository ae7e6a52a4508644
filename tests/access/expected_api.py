"""The API: the signed-out and the deactivated get 401; its pages for people lead to sign-in."""

from typing import Any

from org.models.calendar import FiscalPeriod
from org.services import calendar
from pipeline.stages.models import Stage
from tests.access.matrix import MISSING, Case, Expected, World, grid, same
from tests.factories.org import ApiTokenFactory
from tests.factories.pipeline import AccountFactory, ActivityFactory


def build(world: World) -> None:
    account = AccountFactory(name="Canary Works")
    world.made["account shared"] = account
    for name in ("rita", "ron", "rob"):
        world.made[f"activity {name}"] = ActivityFactory(
            person=getattr(world.team, name), account=account, subject=f"Canary of {name}"
        )
    calendar.ensure_years(2026, 2026)
    for name in ("rita", "rob", "ada"):
        world.made[f"token {name}"] = ApiTokenFactory(person=getattr(world.team, name))


def api(status: int, **others: int) -> Expected:
    return same(status, anonymous=401, **others)


def deal(world: World, target: str) -> dict[str, Any]:
    return {"pk": world.deal_pk(target)}


def of(kind: str) -> Any:
    def kwargs(world: World, target: str) -> dict[str, Any]:
        return {"pk": MISSING if target == "missing" else world.made[f"{kind} {target}"].pk}

    return kwargs


def new_deal(world: World, _target: str) -> dict[str, Any]:
    return {"name": "New", "stage": Stage.objects.get(name="Qualify").pk, "amount": "10.00"}


def quota_of(name: str) -> Any:
    def body(world: World, _target: str) -> dict[str, Any]:
        return {
            "person": getattr(world.team, name).pk,
            "measure": "bookings",
            "period": FiscalPeriod.objects.get(kind="year", start_on="2026-01-01").pk,
            "target": "1000.00",
            "reason": "Plan",
        }

    return body


READ = grid("""
             rita ron mia rob former future leaver stan missing
anonymous    401  401 401 401 401    401    401    401  401
deactivated  401  401 401 401 401    401    401    401  401
rep          200  404 404 404 404    404    404    404  404
manager      200  200 200 404 404    404    200    404  404
director     200  200 200 200 200    200    200    404  404
executive    200  200 200 200 200    200    200    200  404
admin        200  200 200 200 200    200    200    200  404
recruiter    404  404 404 404 404    404    404    404  404
stranger     404  404 404 404 404    404    404    200  404
""")
WRITE = READ | {
    ("executive", name): 403
    for name in ("rita", "ron", "mia", "rob", "former", "future", "leaver", "stan")
}
REVOKE = grid("""
             rita rob ada missing
anonymous    302  302 302 302
deactivated  302  302 302 302
rep          302  404 404 404
manager      404  404 404 404
director     404  404 404 404
executive    404  404 404 404
admin        302  302 302 404
recruiter    404  404 404 404
stranger     404  404 404 404
""")
ACCOUNT = grid("""
             shared missing
anonymous    401    401
deactivated  401    401
rep          200    404
manager      200    404
director     200    404
executive    200    404
admin        200    404
recruiter    404    404
stranger     200    404
""")
ACCOUNT_DEEDS = ACCOUNT | {("executive", "shared"): 403}
ACTIVITY = grid("""
             rita ron rob missing
anonymous    401  401 401 401
deactivated  401  401 401 401
rep          200  404 404 404
manager      200  200 404 404
director     200  200 200 404
executive    200  200 200 404
admin        200  200 200 404
recruiter    404  404 404 404
stranger     404  404 404 404
""")
ACTIVITY_DEEDS = ACTIVITY | {("executive", name): 403 for name in ("rita", "ron", "rob")}
# The deals of the world are as new as a deal can be.
FIRST = {"version": 1}


def change(**body: Any) -> Any:
    return lambda _world, _target: FIRST | body


def move(_world: World, _target: str) -> dict[str, Any]:
    return FIRST | {"stage": Stage.objects.get(name="Propose").pk}


def new_activity(world: World, _target: str) -> dict[str, Any]:
    account = world.made["account shared"].pk
    return {
        "kind": "call",
        "subject": "New",
        "occurred_at": "2026-01-05T09:00:00Z",
        "account": account,
    }


def rename(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Renamed", "seen": {"name": "Canary Works"}}


CASES = [
    Case("api:accounts", "GET", api(200)),
    Case(
        "api:accounts",
        "POST",
        api(201, executive=403, recruiter=403),
        data=lambda _world, _target: {"name": "New"},
        as_json=True,
    ),
    Case("api:account", "GET", ACCOUNT, kwargs=of("account")),
    Case("api:account", "PATCH", ACCOUNT_DEEDS, kwargs=of("account"), data=rename, as_json=True),
    Case("api:account-archive", "POST", ACCOUNT_DEEDS, kwargs=of("account"), as_json=True),
    Case("api:account-restore", "POST", ACCOUNT_DEEDS, kwargs=of("account"), as_json=True),
    Case("api:activities", "GET", api(200)),
    Case(
        "api:activities",
        "POST",
        api(201, executive=403, recruiter=403),
        data=new_activity,
        as_json=True,
    ),
    Case("api:activity", "GET", ACTIVITY, kwargs=of("activity")),
    Case("api:activity-archive", "POST", ACTIVITY_DEEDS, kwargs=of("activity"), as_json=True),
    Case("api:activity-restore", "POST", ACTIVITY_DEEDS, kwargs=of("activity"), as_json=True),
    Case("api:me", "GET", api(200)),
    Case("api:people", "GET", api(200)),
    Case("api:teams", "GET", api(200)),
    Case("api:periods", "GET", api(200)),
    Case("api:stages", "GET", api(200)),
    Case("api:pipelines", "GET", api(200)),
    Case("api:schema", "GET", api(200)),
    Case("api:docs", "GET", same(200)),
    Case("api:deals", "GET", api(200)),
    Case("api:deals", "GET", api(200), query="?as_of=2026-02-01"),
    # Who may write at all but sells nothing themself names an owner.
    Case(
        "api:deals",
        "POST",
        api(201, executive=403, recruiter=403, admin=400),
        data=new_deal,
        as_json=True,
    ),
    Case("api:deal", "GET", READ, kwargs=deal),
    Case("api:deal", "PATCH", WRITE, kwargs=deal, data=change(next_step="Call"), as_json=True),
    Case("api:deal-move", "POST", WRITE, kwargs=deal, data=move, as_json=True),
    Case("api:deal-archive", "POST", WRITE, kwargs=deal, data=change(), as_json=True),
    Case("api:deal-restore", "POST", WRITE, kwargs=deal, data=change(), as_json=True),
    Case("api:deal-history", "GET", READ, kwargs=deal),
    Case("api:attainment", "GET", api(200, recruiter=400)),
    Case("api:attainment", "GET", api(400, executive=200, admin=200), query="?everyone=true"),
    Case("api:quotas", "GET", api(200)),
    # Nobody sets their own quota; who does not see the person cannot name them.
    Case(
        "api:quotas",
        "POST",
        api(400, rep=403, manager=201, director=201, executive=403, admin=201),
        data=quota_of("rita"),
        as_json=True,
    ),
    Case("api:tokens", "GET", same(200)),
    # A new token asks for the password first.
    Case("api:token-new", "GET", same(302)),
    Case("api:token-new", "POST", same(302)),
    Case("api:token-revoke", "POST", REVOKE, kwargs=of("token")),
]
