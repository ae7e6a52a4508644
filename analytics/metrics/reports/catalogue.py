"""The catalogue of metrics: what the code says of itself."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from django.apps import apps
from django.conf import settings

from analytics.metrics.metrics.definitions import Definition, definitions

# The kinds of modules whose functions are metrics.
KINDS = {"metrics", "reports"}


@cache
def catalogue() -> Sequence[Definition]:
    """Return the definition of every metric of every app, by name."""
    return tuple(definitions(_modules()))


def _modules() -> Iterator[ModuleType]:
    for app in apps.get_app_configs():
        if Path(app.path).parent == Path(settings.BASE_DIR):
            for found in pkgutil.walk_packages([app.path], f"{app.name}."):
                if KINDS & set(found.name.split(".")):
                    yield importlib.import_module(found.name)
