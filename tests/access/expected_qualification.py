"""Qualifying deals: scores by those who may edit the deal, frameworks by admins."""

from typing import Any

from pipeline.discipline.models import Framework, FrameworkElement
from tests.access.expected_pipeline import (
    ADMINS,
    ADMINS_CHANGED,
    CHANGED,
    OPENED_TO_WRITE,
    SEEN,
    deal,
)
from tests.access.matrix import MISSING, Case, World, only


def framework(_world: World, target: str) -> dict[str, Any]:
    return {"pk": MISSING if target == "missing" else Framework.objects.get(name="MEDDPICC").pk}


def element(_world: World, target: str) -> dict[str, Any]:
    found = FrameworkElement.objects.get(name="Champion")
    return {"pk": MISSING if target == "missing" else found.pk}


def scored(world: World, target: str) -> dict[str, Any]:
    return deal(world, target) | {"framework": Framework.objects.get(name="MEDDPICC").pk}


def scores(_world: World, _target: str) -> dict[str, Any]:
    elements = FrameworkElement.objects.filter(framework__name="MEDDPICC")
    return {f"score_{each.pk}": "0" for each in elements}


def named(_world: World, _target: str) -> dict[str, Any]:
    return {"name": "Fit", "question": "Do they fit?", "order": "10"}


CASES = [
    Case("pipeline:deal-qualification", "GET", SEEN, kwargs=deal),
    Case("pipeline:deal-qualify", "GET", OPENED_TO_WRITE, kwargs=scored),
    Case("pipeline:deal-qualify", "POST", CHANGED, kwargs=scored, data=scores),
    Case("pipeline:frameworks", "GET", only("admin")),
    Case("pipeline:framework-new", "GET", only("admin")),
    Case("pipeline:framework-new", "POST", only("admin", status=302), data=named),
    Case("pipeline:framework", "GET", ADMINS, kwargs=framework),
    Case("pipeline:framework", "POST", ADMINS_CHANGED, kwargs=framework, data=named),
    Case("pipeline:framework-use", "POST", ADMINS_CHANGED, kwargs=framework),
    Case("pipeline:element-new", "GET", ADMINS, kwargs=framework),
    Case("pipeline:element-new", "POST", ADMINS_CHANGED, kwargs=framework, data=named),
    Case("pipeline:element", "GET", ADMINS, kwargs=element),
    Case("pipeline:element", "POST", ADMINS_CHANGED, kwargs=element, data=named),
    Case("pipeline:element-use", "POST", ADMINS_CHANGED, kwargs=element),
]
