"""Every public function of the metrics stands in docs/metrics.md, in code type."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import pipeline.metrics

MODULES = [found.name for found in pkgutil.iter_modules(pipeline.metrics.__path__)]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("module", MODULES)
def test_every_metric_is_defined_in_words(module: str):
    loaded = importlib.import_module(f"pipeline.metrics.{module}")
    public = [
        name
        for name, found in inspect.getmembers(loaded, inspect.isfunction)
        if found.__module__ == loaded.__name__ and not name.startswith("_")
    ]
    text = DOCUMENT.read_text()

    assert public
    assert [name for name in public if f"`{name}`" not in text] == []
    assert all(inspect.getdoc(getattr(loaded, name)) for name in public)
