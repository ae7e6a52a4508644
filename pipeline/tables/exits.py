"""The columns of the page of overrides."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from kit.tables import Column, query_with


def counted(label: str, param: str, query: QueryDict) -> list[Column]:
    """Return the columns of a cut, each number opening its overrides."""

    def href(row: Any) -> str:
        return query_with(query, {param: str(row.pk), "page": None}) + "#overrides"

    return [
        Column(key="label", label=label),
        Column(key="overrides", label="Overrides", kind="count", href=href),
        Column(key="deals", label="Deals", kind="count"),
    ]


OVERRIDES = [
    Column(key="overridden_at", label="When", kind="day"),
    Column(
        key="deal",
        label="Deal",
        value=lambda row: row.deal.name,
        href=lambda row: reverse("pipeline:deal", args=[row.deal_id]),
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
