"""The columns of the deal list, shared by the page and its download.

A row is a Deal or, for a past day, a DealVersion; both have account, owner and stage at hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.urls import get_script_prefix

from kit.markup import numbered
from kit.money import half_up
from kit.tables import Column
from pipeline.deals.declared import DOWNLOADED
from pipeline.enums import CATEGORY_LABELS, Status
from pipeline.stages.tables import TONES


def deal_pk(row: Any) -> int:
    """Return the deal's id, whether the row is the deal or a version of it."""
    return int(getattr(row, "deal_id", row.pk))


def deal_href(row: Any) -> str:
    return _addresses("analytics:deal", get_script_prefix())(deal_pk(row))


def _account_href(row: Any) -> str | None:
    account = row.account_id
    return _addresses("pipeline:account", get_script_prefix())(account) if account else None


@cache
def _addresses(url_name: str, prefix: str) -> Callable[[int], str]:
    """Return what makes the addresses of a route; all begin with the ``prefix`` of the site."""
    return numbered(url_name)


DEALS = [
    Column("name", "Deal", sort="name", href=deal_href),
    Column(
        "amount",
        "Amount",
        "money",
        "amount_base",
        sort="amount_base",
        note="In the organisation's currency, at the rate of its day.",
    ),
    Column(
        "stage",
        "Stage",
        "badge",
        "stage.name",
        sort="stage__order",
        tone=lambda row: TONES[Status(row.status)],
    ),
    Column("pipeline", "Pipeline", value="stage.pipeline.name"),
    Column("close", "Expected close", "day", "expected_close_on", sort="expected_close_on"),
    Column(
        "account",
        "Account",
        value=lambda row: row.account.name if row.account else "",
        sort="account__name",
        href=_account_href,
    ),
    Column("owner", "Owner", value="owner.full_name", sort="owner__full_name"),
    Column("category", "Category", value=lambda row: CATEGORY_LABELS[row.category]),
    Column("closed", "Closed", "day", "closed_on", sort="closed_on"),
    Column("next_step", "Next step", clip=True),
    Column("created", "Created", "day", "created_at", sort="created_at"),
]
CREDITED = Column(
    "credited",
    "Credited",
    "money",
    note="What of the deal counts here: its credit is shared by several people.",
)
OF_AN_ACCOUNT = [
    replace(column, sort=None)
    for column in DEALS
    if column.key in ("name", "owner", "stage", "amount", "close", "closed")
]

# Of the deals behind a figure, as they stood at its moment: a version does not say when its deal
# was made.
BEHIND = [column for column in DEALS if column.key != "created"]


def page_columns(
    *, past: bool, is_open: bool, is_closed: bool, pipelines: bool = False, shared: bool = False
) -> list[Column]:
    """Return the columns that can differ between the rows of a list.

    ``pipelines``: the rows can be of several. The category tells open deals apart. Open deals
    have no closing, closed ones no step to come, and a version of a ``past`` day does not say
    when its deal was made. Where credit is ``shared``, what of each deal counts stands beside
    its amount.
    """
    left_out = {"created"} if past else set()
    if not pipelines:
        left_out |= {"pipeline"}
    if is_open:
        left_out |= {"closed"}
    if is_closed:
        left_out |= {"next_step"}
    if not is_open:
        left_out |= {"category"}
    shown = [column for column in DEALS if column.key not in left_out]
    return with_credited(shown) if shared else shown


def with_credited(columns: list[Column]) -> list[Column]:
    """Return the columns with what counts of each deal behind its amount."""
    place = next(n for n, column in enumerate(columns) if column.key == "amount") + 1
    return [*columns[:place], CREDITED, *columns[place:]]


def with_taken(columns: list[Column], taken: Mapping[str, Mapping[int, Decimal]]) -> list[Column]:
    """Return the columns with what a figure takes of each deal behind its amount."""
    place = next(n for n, column in enumerate(columns) if column.key == "amount") + 1
    also = [
        Column(f"taken-{n}", label, "money", partial(_taken, amounts))
        for n, (label, amounts) in enumerate(taken.items())
    ]
    return [*columns[:place], *also, *columns[place:]]


def _taken(amounts: Mapping[int, Decimal], row: Any) -> Decimal | None:
    amount = amounts.get(deal_pk(row))
    return None if amount is None else half_up(amount)


def _columns(*keys: str) -> list[Column]:
    by_key = {column.key: column for column in DEALS}
    return [by_key[key] for key in keys]


DOWNLOAD = [
    Column("id", "Id", "text", deal_pk),
    *_columns("name", "account", "owner", "stage", "amount"),
    Column("amount_agreed", "Amount as agreed", value="amount"),
    Column("currency", "Currency"),
    *_columns("category", "close", "closed", "next_step"),
    *(Column(field.name, field.label) for field in DOWNLOADED),
    Column("status", "Status"),
]


def download_columns(*, pipelines: bool) -> list[Column]:
    """Return the columns of the download; with the pipeline where there are several."""
    return [*DOWNLOAD, *_columns("pipeline")] if pipelines else DOWNLOAD
