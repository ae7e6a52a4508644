"""The columns of the set-up page of losses."""

from django.urls import reverse

from kit.tables import Column
from pipeline.outcome_enums import LOSS_KIND_LABELS, LossKind

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
