"""Contacts and products, shared by everybody who sells, and a deal's lines, seen with the deal."""

from typing import Any

from tests.access.expected_api import ACCOUNT, ACCOUNT_DEEDS, READ, WRITE, api, deal
from tests.access.matrix import MISSING, Case, World, grid

OWNERS = {"former": "fay", "future": "flo", "leaver": "lou"}


def shared(kind: str) -> Any:
    def kwargs(world: World, target: str) -> dict[str, Any]:
        return {"pk": MISSING if target == "missing" else world.made[kind].pk}

    return kwargs


def line(world: World, target: str) -> dict[str, Any]:
    owner = OWNERS.get(target, target)
    return {"pk": MISSING if target == "missing" else world.made["lines"][owner].pk}


def involved(world: World, target: str) -> dict[str, Any]:
    owner = OWNERS.get(target, target)
    return {"pk": MISSING if target == "missing" else world.made["involved"][owner].pk}


def named(world: World, target: str) -> dict[str, Any]:
    owner = "rita" if target == "missing" else OWNERS.get(target, target)
    return {"contact": world.made["involved"][owner].contact_id, "role": "blocker"}


def helping(world: World, target: str) -> dict[str, Any]:
    owner = OWNERS.get(target, target)
    return {"pk": MISSING if target == "missing" else world.made["helping"][owner].pk}


def helped(world: World, _target: str) -> dict[str, Any]:
    return {"person": world.team.rae.pk, "role": "sponsor"}


def parted(world: World, _target: str) -> dict[str, Any]:
    share = {"person": world.team.ron.pk, "kind": "revenue", "percent": "100"}
    return {"shares": [share], "reason": "He closed it", "seen": None}


def legal(_world: World, _target: str) -> dict[str, Any]:
    return {"role": "legal"}


def new_contact(world: World, _target: str) -> dict[str, Any]:
    return {"account": world.made["account"].pk, "full_name": "Nina Newcomer"}


def renamed(world: World, _target: str) -> dict[str, Any]:
    return {"full_name": "Renamed", "seen": {"full_name": world.made["contact"].full_name}}


def new_line(world: World, _target: str) -> dict[str, Any]:
    return {"product": world.made["product"].pk, "quantity": "2", "unit_price": "5.00"}


def more(_world: World, _target: str) -> dict[str, Any]:
    return {"quantity": "3.00", "seen": {"quantity": "1.00"}}


# Everybody who sells reads a product; admins alone keep it.
PRODUCT_DEEDS = grid("""
             shared missing
anonymous    401    401
deactivated  401    401
rep          403    404
manager      403    404
director     403    404
executive    403    404
admin        200    404
recruiter    404    404
stranger     403    404
""")
LINE_ADDED = {cell: 201 if status == 200 else status for cell, status in WRITE.items()}

CASES = [
    Case("api:contacts", "GET", api(200)),
    Case(
        "api:contacts",
        "POST",
        api(201, executive=403, recruiter=403),
        data=new_contact,
        as_json=True,
    ),
    Case("api:contact", "GET", ACCOUNT, kwargs=shared("contact")),
    Case(
        "api:contact", "PATCH", ACCOUNT_DEEDS, kwargs=shared("contact"), data=renamed, as_json=True
    ),
    Case("api:contact-archive", "POST", ACCOUNT_DEEDS, kwargs=shared("contact"), as_json=True),
    Case("api:contact-restore", "POST", ACCOUNT_DEEDS, kwargs=shared("contact"), as_json=True),
    Case("api:products", "GET", api(200)),
    Case(
        "api:products",
        "POST",
        api(403, admin=201),
        data=lambda _world, _target: {"name": "Gauge"},
        as_json=True,
    ),
    Case("api:product", "GET", ACCOUNT, kwargs=shared("product")),
    Case(
        "api:product",
        "PATCH",
        PRODUCT_DEEDS,
        kwargs=shared("product"),
        data=lambda _world, _target: {"family": "Gauges"},
        as_json=True,
    ),
    Case("api:product-archive", "POST", PRODUCT_DEEDS, kwargs=shared("product"), as_json=True),
    Case("api:product-restore", "POST", PRODUCT_DEEDS, kwargs=shared("product"), as_json=True),
    Case("api:deal-lines", "GET", READ, kwargs=deal),
    Case("api:deal-lines", "POST", LINE_ADDED, kwargs=deal, data=new_line, as_json=True),
    Case("api:deal-contacts", "GET", READ, kwargs=deal),
    Case("api:deal-contacts", "POST", LINE_ADDED, kwargs=deal, data=named, as_json=True),
    Case("api:deal-collaborators", "GET", READ, kwargs=deal),
    Case("api:deal-collaborators", "POST", LINE_ADDED, kwargs=deal, data=helped, as_json=True),
    Case("api:deal-collaborator-remove", "POST", WRITE, kwargs=helping, as_json=True),
    Case("api:deal-credit", "GET", READ, kwargs=deal),
    Case("api:deal-credit", "POST", LINE_ADDED, kwargs=deal, data=parted, as_json=True),
    Case("api:deal-contact", "GET", READ, kwargs=involved),
    Case("api:deal-contact-change", "POST", WRITE, kwargs=involved, data=legal, as_json=True),
    Case("api:deal-contact-remove", "POST", WRITE, kwargs=involved, as_json=True),
    Case("api:line", "GET", READ, kwargs=line),
    Case("api:line", "PATCH", WRITE, kwargs=line, data=more, as_json=True),
    Case("api:line-remove", "POST", WRITE, kwargs=line, as_json=True),
]
