"""Setting up how deals end: reasons of losses and competitors, for admins."""

from typing import Any

from pipeline.stages.models import LossReason
from tests.access.expected_api import api
from tests.access.expected_pipeline import ADMINS, ADMINS_CHANGED
from tests.access.matrix import MISSING, Case, World, only
from tests.factories.pipeline import CompetitorFactory


def build(world: World) -> None:
    world.made["competitor"] = CompetitorFactory(name="Rival Works")


def reason(_world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else LossReason.objects.get(code="timing").pk}


def competitor(world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else world.made["competitor"].pk}


def a_reason(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Bad weather", "kind": "other", "order": "90"}


def a_name(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Contoso"}


CASES = [
    Case("api:loss-reasons", "GET", api(200)),
    Case("api:competitors", "GET", api(200)),
    Case("pipeline:losses", "GET", only("admin")),
    Case("pipeline:loss-reason-new", "GET", only("admin")),
    Case("pipeline:loss-reason-new", "POST", only("admin", status=302), data=a_reason),
    Case("pipeline:loss-reason", "GET", ADMINS, kwargs=reason),
    Case("pipeline:loss-reason", "POST", ADMINS_CHANGED, kwargs=reason, data=a_reason),
    Case("pipeline:loss-reason-use", "POST", ADMINS_CHANGED, kwargs=reason),
    Case("pipeline:competitor-new", "GET", only("admin")),
    Case("pipeline:competitor-new", "POST", only("admin", status=302), data=a_name),
    Case("pipeline:competitor", "GET", ADMINS, kwargs=competitor),
    Case("pipeline:competitor", "POST", ADMINS_CHANGED, kwargs=competitor, data=a_name),
    Case("pipeline:competitor-use", "POST", ADMINS_CHANGED, kwargs=competitor),
]
