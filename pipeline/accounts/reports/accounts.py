"""What the pages of accounts and activities show. Accounts are everybody's, deals are scoped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from kit.tables import Page, paginate
from org.models.people import Person
from pipeline import rules
from pipeline.activities.models import Activity
from pipeline.activities.reports.activities import activity_rows
from pipeline.customers.models import Account, Contact
from pipeline.deals.models.deals import Deal
from pipeline.deals.reports.selection import DealSelection
from pipeline.deals.reports.totals import Totals, deal_totals
from pipeline.enums import Status
from pipeline.querysets import named_like

DEALS_SHOWN, ACTIVITIES_SHOWN = 25, 25
FILE_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the list, with the viewer's own view of what is going on there."""

    account: Account
    open_deals: int
    open_amount: Decimal | None
    last_activity: datetime | None
    deals_href: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account: its people, and the deals and activities that the viewer may see."""

    account: Account
    contacts: list[Contact]
    deals: list[Deal]
    open: Totals
    won: Totals
    open_href: str
    won_href: str
    all_href: str
    activities: list[Activity]
    may_edit: bool


def accounts_of(
    viewer: Person, *, text: str, industry: str, country: str, archived: bool
) -> QuerySet:
    """Return the accounts that the filter asks for, each with its owner."""
    rows = Account.objects.visible_to(viewer).filter(archived_at__isnull=not archived)
    for word in text.split():
        rows = rows.filter(named_like(word))
    given = {"industry__iexact": industry, "country__iexact": country}
    rows = rows.filter(**{lookup: value for lookup, value in given.items() if value})
    return rows.select_related("owner")


def account_list(viewer: Person, rows: QuerySet, *, number: int) -> Page:
    """Return a page of AccountRow."""
    page = paginate(rows, number=number)
    return Page(_with_activity(viewer, page.rows), page.number, page.size, page.total, page.capped)


def account_file(viewer: Person, rows: QuerySet) -> Iterator[AccountRow]:
    """Return every AccountRow, read in batches."""
    found = rows.iterator(chunk_size=FILE_BATCH)
    while batch := list(islice(found, FILE_BATCH)):
        yield from _with_activity(viewer, batch)


def _with_activity(viewer: Person, accounts: Iterable[Account]) -> list[AccountRow]:
    accounts = list(accounts)
    ids = [account.pk for account in accounts]
    deals = Deal.objects.visible_to(viewer).open().filter(account__in=ids).order_by()
    sums = {
        row["account"]: row
        for row in deals.values("account").annotate(count=Count("pk"), amount=Sum("amount_base"))
    }
    activities = Activity.objects.visible_to(viewer).live().filter(account__in=ids).order_by()
    last = dict(
        activities.values("account").annotate(at=Max("occurred_at")).values_list("account", "at")
    )
    return [
        AccountRow(
            account=account,
            open_deals=sums.get(account.pk, {}).get("count", 0),
            open_amount=sums.get(account.pk, {}).get("amount"),
            last_activity=last.get(account.pk),
            deals_href=DealSelection(account=account.pk, status=Status.OPEN).url(),
        )
        for account in accounts
    ]


def account_page(viewer: Person, account: Account, *, now: datetime, today: date) -> AccountPage:
    """Return the page of an account."""
    whole = DealSelection(account=account.pk)
    still_open, won = whole.but(status=Status.OPEN), whole.but(status=Status.WON)

    def rows(selection: DealSelection) -> Any:
        return selection.rows(moment=now, day=today).visible_to(viewer)

    deals = rows(whole).select_related("owner", "stage", "account")
    return AccountPage(
        account=account,
        contacts=list(account.contacts.live()),
        deals=list(deals.order_by("-created_at", "-pk")[:DEALS_SHOWN]),
        open=deal_totals(rows(still_open)),
        won=deal_totals(rows(won)),
        open_href=still_open.url(),
        won_href=won.url(),
        all_href=whole.url(),
        activities=list(activity_rows(viewer).filter(account=account)[:ACTIVITIES_SHOWN]),
        may_edit=rules.can_write(viewer),
    )
