"""Figures by territory: for who sees everyone. Assigning accounts: for admins."""

from datetime import date
from typing import Any

from org.models.territories import Territory
from pipeline.customers.services import assign_account
from tests.access.matrix import MISSING, Case, Expected, World, grid, only
from tests.factories.pipeline import AccountFactory


def build(world: World) -> None:
    market = Territory.objects.create(name="Southern market")
    account = AccountFactory(name="Southern account")
    assign_account(account, by=None, territory=market, since=date(2020, 1, 1))
    world.made["south_market"], world.made["south_account"] = market, account


def admins(there: int) -> Expected:
    rows = [
        f"{actor} {there} 404" if actor == "admin" else f"{actor} 403 403"
        for actor in ("rep", "manager", "director", "executive", "admin", "recruiter", "stranger")
    ]
    return grid("\n".join(["there missing", "anonymous 302 302", "deactivated 302 302", *rows]))


def place(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["south_market"].pk}


def stay(world: World, target: str) -> dict[str, Any]:
    account = MISSING if target == "missing" else world.made["south_account"].pk
    return {"pk": world.made["south_market"].pk, "account": account}


CASES = [
    Case("analytics:territory-bookings", "GET", only("admin", "executive")),
    Case(
        "analytics:territory-bookings",
        "GET",
        only("admin", "executive", status=400),
        query="?period=0",
    ),
    Case("pipeline:territory-accounts", "GET", admins(200), kwargs=place),
    Case("pipeline:territory-file", "GET", admins(200), kwargs=place),
    Case(
        "pipeline:territory-assign",
        "POST",
        admins(302),
        kwargs=place,
        data=lambda _w, _t: {"accounts": "Southern account", "since": "2026-01-01"},
    ),
    Case(
        "pipeline:territory-release",
        "POST",
        admins(302),
        kwargs=stay,
        data=lambda _w, _t: {"on": "2026-01-01"},
    ),
]
