"""The steps of setting up, and the products: for admins."""

from typing import Any

from tests.access.matrix import MISSING, Case, Expected, World, grid, only
from tests.factories.pipeline import ProductFactory


def build(world: World) -> None:
    world.made["product"] = ProductFactory(name="Sensor")


def admins(there: int) -> Expected:
    rows = [
        f"{actor} {there} 404" if actor == "admin" else f"{actor} 403 403"
        for actor in ("rep", "manager", "director", "executive", "admin", "recruiter", "stranger")
    ]
    return grid("\n".join(["there missing", "anonymous 302 302", "deactivated 302 302", *rows]))


def product(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["product"].pk}


def named(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Gauge", "currency": "USD", "list_price": "10"}


CASES = [
    Case("setup", "GET", only("admin")),
    Case("pipeline:products", "GET", only("admin")),
    Case("pipeline:products", "GET", only("admin", status=400), query="?sort=nonsense"),
    Case("pipeline:product-new", "GET", only("admin")),
    Case("pipeline:product-new", "POST", only("admin", status=302), data=named),
    Case("pipeline:product", "GET", admins(200), kwargs=product),
    Case("pipeline:product", "POST", admins(302), kwargs=product, data=named),
    Case("pipeline:product-archive", "POST", admins(302), kwargs=product),
]
