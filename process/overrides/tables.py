"""The columns of the page of overrides."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from analytics.context.metrics import withheld
from kit.tables import Column, query_with
from pipeline.discipline.metrics import override_share


def counted(label: str, param: str, query: QueryDict) -> list[Column]:
    """Return the columns of a cut, each number opening its moves or overrides."""

    def href(row: Any, **more: str | None) -> str:
        chosen = {param: str(row.pk), "page": None, "list": None} | more
        return query_with(query, chosen) + "#overrides"

    return [
        Column(key="label", label=label),
        Column(
            key="moves",
            label="Moves past an exit",
            kind="count",
            href=lambda row: href(row, list=MOVES_LISTED) if row.moves else None,
        ),
        Column(
            key="overrides",
            label="Overrides",
            kind="count",
            href=lambda row: href(row) if row.overrides else None,
        ),
        Column(
            key="share",
            label="Share",
            kind="percent",
            value=lambda row: withheld(
                override_share(row.overrides, moves=row.moves), cases=row.moves
            ),
            note="Of the moves past an exit; left out where there were fewer than 10",
        ),
        Column(key="deals", label="Deals overridden", kind="count"),
    ]


MOVES_LISTED = "moves"
MOVES = [
    Column(key="valid_from", label="When", kind="day"),
    Column(
        key="deal",
        label="Deal",
        value=lambda row: row.deal.name,
        href=lambda row: reverse("analytics:deal", args=[row.deal_id]),
    ),
    Column(key="owner", label="Owner then", value=lambda row: row.owner.full_name),
    Column(key="left_name", label="From"),
    Column(key="stage", label="To", value=lambda row: row.stage.name),
    Column(key="because", label="Overridden because", wide=True),
]


OVERRIDES = [
    Column(key="overridden_at", label="When", kind="day"),
    Column(
        key="deal",
        label="Deal",
        value=lambda row: row.deal.name,
        href=lambda row: reverse("analytics:deal", args=[row.deal_id]),
    ),
    Column(key="owner", label="Owner then", value=lambda row: row.owner.full_name),
    Column(key="from_stage", label="From", value=lambda row: row.from_stage.name),
    Column(key="to_stage", label="To", value=lambda row: row.to_stage.name),
    Column(key="missing", label="Without", value=lambda row: ", ".join(row.missing)),
    Column(key="reason", label="Because"),
    Column(
        key="overridden_by",
        label="By",
        value=lambda row: row.overridden_by.full_name if row.overridden_by else "",
    ),
]
