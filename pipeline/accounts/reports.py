"""The pages of accounts, and accounts and contacts that are likely the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Count, F, Func, Max, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Lower

from kit.display import money_exact
from kit.tables import Page, paginate
from org.models.people import Person
from pipeline import rules
from pipeline.accounts.metrics import (
    SAME_BEGINNING,
    DuplicateKey,
    Likeness,
    Pair,
    equal_pairs,
    likely_pairs,
    spelt_alike,
    strongest,
)
from pipeline.accounts.models import Apart, Merge
from pipeline.accounts.services import FIELDS
from pipeline.activities.models import Activity
from pipeline.activities.reports import activity_rows
from pipeline.customers.models import Account, Contact, name_key, web_domain
from pipeline.deals.models import Deal
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


MERGES_SHOWN = 20
WHY = {
    Likeness.EMAIL: "The same e-mail address",
    Likeness.NAME: "The same name, but for spelling and legal form",
    Likeness.DOMAIN: "The same web address",
    Likeness.SPELLING: "Nearly the same name",
}
MOST_LIKE_A_NEW_ONE = 5


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two rows that are likely the same, the elder first, and why."""

    one: Any
    other: Any
    likeness: Likeness

    @property
    def why(self) -> str:
        return WHY[self.likeness]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """A page of the likely duplicates (Twins) of one kind, and the newest merges."""

    page: Page
    merges: Sequence[Merge]
    may_merge: bool


def duplicate_accounts(viewer: Person, *, number: int) -> Duplicates:
    """Return the live accounts that are likely the same, a page of pairs.

    A company and what belongs to it, or two of one parent, may share a web domain.
    """
    rows = Account.objects.visible_to(viewer).live()
    named = rows.values_list("pk", name_key("name"), web_domain("website"), "parent")
    known, parents = [], {}
    for pk, key, domain, parent in named.iterator():
        known.append(DuplicateKey(pk, key, domain))
        parents[pk] = parent
    pairs = likely_pairs(known, by_address=Likeness.DOMAIN)
    pairs = [pair for pair in pairs if not _is_of_one_company(pair, parents)]
    return _duplicates(viewer, pairs, rows, kind="account", number=number)


def duplicate_contacts(viewer: Person, *, number: int) -> Duplicates:
    """Return a page of live contacts with one address, or nearly one name at one account."""
    rows = Contact.objects.visible_to(viewer).live()
    at_account: dict[int, list[DuplicateKey]] = {}
    addresses = []
    named = rows.values_list("pk", name_key("full_name"), Lower("email"), "account")
    for pk, key, email, account in named.iterator():
        at_account.setdefault(account, []).append(DuplicateKey(pk, key, email))
        addresses.append((email, pk))
    pairs = equal_pairs(addresses, Likeness.EMAIL)
    for people in at_account.values():
        pairs += likely_pairs(people, by_address=Likeness.EMAIL)
    found = rows.select_related("account")
    return _duplicates(viewer, strongest(pairs), found, kind="contact", number=number)


def _is_of_one_company(pair: Pair, parents: Mapping[int, int | None]) -> bool:
    """Whether a pair that shares but a web domain is a company and what belongs to it."""
    one, other = parents[pair.one], parents[pair.other]
    related = pair.other == one or pair.one == other or (one is not None and one == other)
    return pair.likeness is Likeness.DOMAIN and related


def _duplicates(
    viewer: Person, pairs: list[Pair], rows: QuerySet, *, kind: str, number: int
) -> Duplicates:
    told = Apart.objects.visible_to(viewer).filter(**{f"one_{kind}__isnull": False})
    apart = set(told.values_list(f"one_{kind}", f"other_{kind}"))
    page = paginate([p for p in pairs if (p.one, p.other) not in apart], number=number)
    merges = Merge.objects.visible_to(viewer).filter(**{f"kept_{kind}__isnull": False})
    related = (f"kept_{kind}", f"gone_{kind}", "merged_by", "undone_by")
    named = rows.in_bulk({pk for pair in page.rows for pk in (pair.one, pair.other)})
    duplicates = [DuplicatePair(named[p.one], named[p.other], p.likeness) for p in page.rows]
    return Duplicates(
        page=replace(page, rows=duplicates),
        merges=list(merges.select_related(*related)[:MERGES_SHOWN]),
        may_merge=rules.can_merge(viewer),
    )


def accounts_like(viewer: Person, name: str, *, website: str = "") -> list[DuplicatePair]:
    """Return the accounts that a new one of this name and web address likely is."""
    rows = Account.objects.visible_to(viewer).live()
    rows = rows.annotate(key=name_key("name"), domain=web_domain("website"))
    key, domain = _function("pipeline_name_key", name), _function("pipeline_web_domain", website)
    asked = rows.annotate(asked_key=key, asked_domain=domain)
    begins = Q(key__startswith=Func(key, Value(SAME_BEGINNING), function="left"))
    near = asked.filter(begins | Q(domain=F("asked_domain")) & ~Q(asked_domain="") & ~Q(domain=""))
    found = []
    for row in near.order_by("name", "pk"):
        if row.key == row.asked_key:
            found.append(DuplicatePair(row, None, Likeness.NAME))
        elif row.domain and row.domain == row.asked_domain:
            found.append(DuplicatePair(row, None, Likeness.DOMAIN))
        elif spelt_alike(row.key, row.asked_key):
            found.append(DuplicatePair(row, None, Likeness.SPELLING))
    order = list(Likeness)
    return sorted(found, key=lambda duplicates: order.index(duplicates.likeness))[
        :MOST_LIKE_A_NEW_ONE
    ]


def contacts_like(
    viewer: Person, account: Account, full_name: str, *, email: str
) -> list[DuplicatePair]:
    """Return the contacts that a new one at the account likely is."""
    rows = Contact.objects.visible_to(viewer).live().select_related("account")
    rows = rows.annotate(
        key=name_key("full_name"),
        address=Lower("email"),
        asked_key=_function("pipeline_name_key", full_name),
    )
    wanted = email.strip().lower()
    near = Q(account=account) | (Q(address=wanted) if wanted else Q(pk__in=[]))
    found = []
    for row in rows.filter(near).order_by("full_name", "pk"):
        if wanted and row.address == wanted:
            found.append(DuplicatePair(row, None, Likeness.EMAIL))
        elif row.account_id == account.pk and row.key == row.asked_key:
            found.append(DuplicatePair(row, None, Likeness.NAME))
        elif row.account_id == account.pk and spelt_alike(row.key, row.asked_key):
            found.append(DuplicatePair(row, None, Likeness.SPELLING))
    return found[:MOST_LIKE_A_NEW_ONE]


def _function(name: str, text: str) -> Func:
    return Func(Value(text), function=name, output_field=TextField())


def pair_of(rows: QuerySet, one: int, other: int) -> tuple[Any, Any] | None:
    """Return the two rows, or None where one of them is not there."""
    found = rows.in_bulk([one, other])
    return (found[one], found[other]) if len(found) == 2 else None


@dataclass(frozen=True, slots=True)
class DuplicateField:
    """A fact of two rows side by side."""

    label: str
    one: str
    other: str
    differs: bool


def compared(viewer: Person, one: Any, other: Any) -> list[DuplicateField]:
    """Return the facts of two accounts or contacts, and how much of each the viewer sees."""
    lines = []
    for name in FIELDS[type(one)]:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine in (None, "") and theirs in (None, ""):
            continue
        label = str(type(one)._meta.get_field(name).verbose_name).capitalize()  # noqa: SLF001 -- Django's public name
        lines.append(
            DuplicateField(label, fact_words(mine), fact_words(theirs), differs=mine != theirs)
        )
    column = "account" if isinstance(one, Account) else "contact"
    counted: dict[str, QuerySet] = {
        "Activities that you see": Activity.objects.visible_to(viewer).live()
    }
    if column == "account":
        counted = {"Deals that you see": Deal.objects.visible_to(viewer), **counted}
        counted["Contacts"] = Contact.objects.visible_to(viewer).live()
    for label, rows in counted.items():
        pairs = rows.filter(**{f"{column}__in": [one.pk, other.pk]}).order_by()
        counts = dict(pairs.values(column).annotate(n=Count("pk")).values_list(column, "n"))
        mine, theirs = counts.get(one.pk, 0), counts.get(other.pk, 0)
        lines.append(DuplicateField(label, str(mine), str(theirs), differs=mine != theirs))
    return lines


def fact_words(value: Any) -> str:
    """Return a fact of a row as it is read; "" for none."""
    if isinstance(value, Decimal):
        return money_exact(value).removesuffix(".00")
    return "" if value is None else str(value)
