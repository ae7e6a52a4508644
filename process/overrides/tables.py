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
        Column("label", label),
        Column(
            "moves",
            "Moves past an exit",
            "count",
            href=lambda row: href(row, list=MOVES_LISTED) if row.moves else None,
        ),
        Column(
            "overrides", "Overrides", "count", href=lambda row: href(row) if row.overrides else None
        ),
        Column(
            "share",
            "Share",
            "percent",
            lambda row: withheld(override_share(row.overrides, moves=row.moves), cases=row.moves),
            note="Of the moves past an exit; left out where there were fewer than 10",
        ),
        Column("deals", "Deals overridden", "count"),
    ]


MOVES_LISTED = "moves"
MOVES = [
    Column("valid_from", "When", "day"),
    Column(
        "deal",
        "Deal",
        value="deal.name",
        href=lambda row: reverse("analytics:deal", args=[row.deal_id]),
    ),
    Column("owner", "Owner then", value="owner.full_name"),
    Column("left_name", "From"),
    Column("stage", "To", value="stage.name"),
    Column("because", "Overridden because", wide=True),
]


OVERRIDES = [
    Column("overridden_at", "When", "day"),
    Column(
        "deal",
        "Deal",
        value="deal.name",
        href=lambda row: reverse("analytics:deal", args=[row.deal_id]),
    ),
    Column("owner", "Owner then", value="owner.full_name"),
    Column("from_stage", "From", value="from_stage.name"),
    Column("to_stage", "To", value="to_stage.name"),
    Column("missing", "Without", value=lambda row: ", ".join(row.missing)),
    Column("reason", "Because"),
    Column(
        "overridden_by",
        "By",
        value=lambda row: row.overridden_by.full_name if row.overridden_by else "",
    ),
]
