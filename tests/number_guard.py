"""The number guard of all tests: a number or date printed by a template of ours without a filter
raises, since its look would then be Django's choice and differ from page to page."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, base

OURS = (
    "templates",
    "kit",
    "org",
    "pipeline",
    "imports",
    "analytics",
    "forecasting",
    "process",
    "coaching",
    "hiring",
    "salesmgr",
)


@pytest.fixture(autouse=True)
def no_bare_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise AssertionError for ``{{ deal.amount }}``; ``{{ deal.amount|money }}`` is text."""
    plain = base.render_value_in_context
    roots = tuple(f"{Path(settings.BASE_DIR) / folder}/" for folder in OURS)

    def guarded(value: Any, context: Context) -> str:
        template = context.render_context.template
        origin = str(template.origin.name) if template else ""
        bare = isinstance(value, int | float | Decimal | date) and not isinstance(value, bool)
        if bare and (origin.startswith(roots) or origin == base.UNKNOWN_SOURCE):
            raise AssertionError(f"{origin} prints {value!r} without a filter")
        return plain(value, context)

    monkeypatch.setattr(base, "render_value_in_context", guarded)
