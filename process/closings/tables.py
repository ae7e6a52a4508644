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
    Column(key="name", label="Deal", href=lambda row: reverse("analytics:deal", args=[row.pk])),
    Column(key="owner", label="Owner", value=lambda row: row.owner.full_name),
    Column(
        key="status",
        label="Outcome",
        kind="badge",
        value=lambda row: Status(row.status).capitalize(),
        tone=lambda row: TONES[Status(row.status)],
    ),
    Column(key="closed_on", label="Closed", kind="day"),
    Column(key="amount_base", label="Amount", kind="money"),
    Column(key="why", label="Reason or evidence", value=_why),
    Column(
        key="review",
        label="Review",
        value=lambda row: row.decided_by or "Not yet",
        href=lambda row: reverse("process:deal-closing", args=[row.pk]),
    ),
]
