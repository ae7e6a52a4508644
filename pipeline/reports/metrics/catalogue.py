"""The catalogue of metrics: what the code says of itself."""

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache

import pipeline.metrics
from pipeline.metrics.definitions import Definition, definitions
from pipeline.reports import metrics


@cache
def catalogue() -> Sequence[Definition]:
    """Return the definition of every metric, by name."""
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in (pipeline.metrics, metrics)
        for found in pkgutil.iter_modules(package.__path__)
    ]
    return tuple(definitions(modules))
