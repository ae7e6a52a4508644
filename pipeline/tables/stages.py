"""The columns of the stages' set-up page."""

from typing import Any

from django.urls import reverse

from kit.tables import Column
from pipeline.enums import Status
from pipeline.tables.deals import TONES


def _deals_href(row: Any) -> str | None:
    return f"{reverse('pipeline:deals')}?stage={row.pk}" if row.standing else None


STAGES = [
    Column(key="name", label="Stage", href=lambda row: reverse("pipeline:stage", args=[row.pk])),
    Column(key="order", label="Place", kind="count"),
    Column(
        key="kind",
        label="Deals are",
        kind="badge",
        value=lambda row: Status(row.kind).capitalize(),
        tone=lambda row: TONES[Status(row.kind)],
    ),
    Column(
        key="probability",
        label="Probability",
        kind="percent",
        value=lambda row: row.probability / 100,
    ),
    Column(
        key="default_category",
        label="Forecast category",
        value=lambda row: row.default_category.replace("_", " ").capitalize(),
    ),
    Column(key="expected_days", label="Expected", kind="days"),
    Column(key="standing", label="Deals in it", kind="count", href=_deals_href),
    Column(
        key="archived_at",
        label="Use",
        value=lambda row: "In use" if row.archived_at is None else "Out of use",
    ),
]
