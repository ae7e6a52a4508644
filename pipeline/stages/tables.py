"""Columns of stages, loss reasons and competitors."""

from django.urls import reverse

from kit.tables import Column
from pipeline.enums import LOSS_KIND_LABELS, LossKind, Status

TONES = {Status.OPEN: "plan", Status.WON: "good", Status.LOST: "neutral"}

USE = Column(
    "archived_at", "Use", value=lambda row: "In use" if row.archived_at is None else "Out of use"
)
LOSS_REASONS = [
    Column("name", "Reason", href=lambda row: reverse("pipeline:loss-reason", args=[row.pk])),
    Column("kind", "Kind", value=lambda row: LOSS_KIND_LABELS[LossKind(row.kind)]),
    Column("order", "Place", "count"),
    Column("code", "Code"),
    USE,
]
COMPETITORS = [
    Column("name", "Competitor", href=lambda row: reverse("pipeline:competitor", args=[row.pk])),
    USE,
]
STAGES = [
    Column("name", "Stage", href=lambda row: reverse("pipeline:stage", args=[row.pk])),
    Column("order", "Place", "count"),
    Column(
        "kind",
        "Deals are",
        "badge",
        lambda row: Status(row.kind).capitalize(),
        tone=lambda row: TONES[Status(row.kind)],
    ),
    Column("probability", "Probability", "percent", lambda row: row.probability / 100),
    Column(
        "default_category",
        "Forecast category",
        value=lambda row: row.default_category.replace("_", " ").capitalize(),
    ),
    Column("expected_days", "Expected", "days"),
    Column(
        "standing",
        "Deals in it",
        "count",
        href=lambda row: f"{reverse('analytics:deals')}?stage={row.pk}" if row.standing else None,
    ),
    USE,
]
