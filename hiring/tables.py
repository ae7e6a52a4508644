"""The columns of hiring's tables."""

from django.urls import reverse

from hiring.enums import StageKind
from kit.tables import Column

TONES = {
    StageKind.OPEN: "plan",
    StageKind.HIRED: "good",
    StageKind.REJECTED: "bad",
    StageKind.WITHDRAWN: "neutral",
}

STAGES = [
    Column(key="name", label="Stage", href=lambda row: reverse("hiring:stage", args=[row.pk])),
    Column(key="order", label="Place", kind="count"),
    Column(
        key="kind",
        label="Candidates are",
        kind="badge",
        value=lambda row: row.get_kind_display(),
        tone=lambda row: TONES[StageKind(row.kind)],
    ),
    Column(key="standing", label="Candidates in it", kind="count"),
    Column(
        key="archived_at",
        label="Use",
        value=lambda row: "In use" if row.archived_at is None else "Out of use",
    ),
]
