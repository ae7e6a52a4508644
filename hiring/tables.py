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
    Column("name", "Stage", href=lambda row: reverse("hiring:stage", args=[row.pk])),
    Column("order", "Place", "count"),
    Column(
        "kind",
        "Candidates are",
        "badge",
        "get_kind_display",
        tone=lambda row: TONES[StageKind(row.kind)],
    ),
    Column("standing", "Candidates in it", "count"),
    Column(
        "archived_at",
        "Use",
        value=lambda row: "In use" if row.archived_at is None else "Out of use",
    ),
]
