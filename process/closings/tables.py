"""The columns of the page of closings."""

from typing import Any

from django.urls import reverse

from kit.tables import Column
from pipeline.enums import Status
from pipeline.stages.tables import TONES


def _why(row: Any) -> str:
    rival = f", {row.competitor.name}" if row.competitor else ""
    return f"{row.loss}{rival}" if row.loss else row.win_evidence


CLOSINGS = [
    Column("name", "Deal", href=lambda row: reverse("analytics:deal", args=[row.pk])),
    Column("owner", "Owner", value="owner.full_name"),
    Column(
        "status",
        "Outcome",
        "badge",
        lambda row: Status(row.status).capitalize(),
        tone=lambda row: TONES[Status(row.status)],
    ),
    Column("closed_on", "Closed", "day"),
    Column("amount_base", "Amount", "money"),
    Column("why", "Reason or evidence", value=_why),
    Column(
        "review",
        "Review",
        value=lambda row: row.decided_by or "Not yet",
        href=lambda row: reverse("process:deal-closing", args=[row.pk]),
    ),
]
