"""Every public function of the metrics stands in docs/metrics.md, in code type."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = ROOT / "docs" / "metrics.md"


def kind_of(module: str) -> str:
    """Return what a module holds: the name after its subject, or after an app without subjects."""
    app, *rest = module.split(".")
    kinds = rest[1:] if app in {"pipeline", "analytics", "process"} else rest
    return kinds[0] if kinds else ""


MODULES = [
    found.name
    for app in apps.get_app_configs()
    if Path(app.path).parent == ROOT and app.name != "forecasting"
    for found in pkgutil.walk_packages([app.path], f"{app.name}.")
    if not found.ispkg and kind_of(found.name) == "metrics"
]


@pytest.mark.parametrize("module", MODULES)
def test_every_metric_is_defined_in_words(module: str):
    loaded = importlib.import_module(module)
    public = [
        name
        for name, found in inspect.getmembers(loaded, inspect.isfunction)
        if found.__module__ == loaded.__name__ and not name.startswith("_")
    ]
    text = DOCUMENT.read_text()

    assert [name for name in public if f"`{name}`" not in text] == []
    assert all(inspect.getdoc(getattr(loaded, name)) for name in public)


def test_metrics_are_found():
    assert "analytics.review.metrics" in MODULES
    assert "pipeline.credit.metrics" in MODULES
