"""Columns of stages, loss reasons and competitors."""

from typing import Any

from django.urls import reverse

from kit.tables import Column
from pipeline.enums import LOSS_KIND_LABELS, LossKind, Status

TONES = {Status.OPEN: "plan", Status.WON: "good", Status.LOST: "neutral"}


USE = Column(
    key="archived_at",
    label="Use",
    value=lambda row: "In use" if row.archived_at is None else "Out of use",
)
LOSS_REASONS = [
    Column(
        key="name",
        label="Reason",
        href=lambda row: reverse("pipeline:loss-reason", args=[row.pk]),
    ),
    Column(key="kind", label="Kind", value=lambda row: LOSS_KIND_LABELS[LossKind(row.kind)]),
    Column(key="order", label="Place", kind="count"),
    Column(key="code", label="Code"),
    USE,
]
COMPETITORS = [
    Column(
        key="name",
        label="Competitor",
        href=lambda row: reverse("pipeline:competitor", args=[row.pk]),
    ),
    USE,
]


def _deals_href(row: Any) -> str | None:
    return f"{reverse('analytics:deals')}?stage={row.pk}" if row.standing else None


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
