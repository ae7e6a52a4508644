"""Deals and contacts found by typing: what is suggested, and which row a text names."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from org.models.people import Person
from pipeline.customers.fields import SUGGESTED, TypedField, one_named, suggested_accounts
from pipeline.customers.models import Account, Contact
from pipeline.deals.models import Deal
from pipeline.deals.querysets import DealQuerySet
from pipeline.querysets import named_like

_WORD = re.compile(r"\w")
ADDRESS = re.compile(r"<(?P<email>[^<>@\s]+@[^<>@\s]+)>\s*$")


class DealNameField(TypedField):
    """A deal by its name; "Renewal #12" where the viewer sees two of a name."""

    def __init__(self, *, viewer: Person, suggestions: str, **options: Any) -> None:
        self.viewer = viewer
        super().__init__(suggest="pipeline:deal-suggest", suggestions=suggestions, **options)

    def clean(self, value: Any) -> Deal | None:
        text = super().clean(value)
        return find_deal(text, viewer=self.viewer) if text else None


def words_of(text: str) -> list[str]:
    """Return the first words of a text that have a letter or digit, which an index knows."""
    return [word for word in text.split() if _WORD.search(word)][:10]


def find_deal(text: str, *, viewer: Person) -> Deal:
    """Return the deal that the text names, or raise ValidationError with what comes near."""
    deals = Deal.objects.visible_to(viewer).live().select_related("account", "owner")
    named = list(deals.filter(name=text)[:2]) or list(_spelt_like(deals, text)[:2])
    return one_named(
        text, named, deals, what="deal", near=lambda: suggested_deals(text, viewer=viewer)
    )


def _spelt_like(deals: DealQuerySet, text: str) -> DealQuerySet:
    """Return the deals of the name in other letters, found by the index of words."""
    words = words_of(text)
    for word in words:
        deals = deals.filter(named_like(word))
    return deals.filter(name__iexact=text) if words else deals.none()


def suggested_deals(text: str, *, viewer: Person) -> list[Deal]:
    """Return open deals whose own or account's name has words that begin like those of the text."""
    words = words_of(text)
    if not words:
        return []
    deals = Deal.objects.visible_to(viewer).open().select_related("account", "stage")
    named = deals
    for word in words:
        named = named.filter(named_like(word))
    found = list(named[:SUGGESTED])
    if len(found) < SUGGESTED:
        accounts = suggested_accounts(" ".join(words), viewer=viewer)
        there = deals.filter(account__in=accounts).exclude(pk__in=[deal.pk for deal in found])
        found += there[: SUGGESTED - len(found)]
    return found


def spelt_deals(deals: list[Deal], *, viewer: Person) -> list[tuple[str, str]]:
    """Return how each deal is written so that it is found again, and what tells it apart."""
    live = Deal.objects.visible_to(viewer).live()
    several = set(
        live.filter(name__in={deal.name for deal in deals})
        .order_by()
        .values("name")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
        .values_list("name", flat=True)
    )
    return [
        (
            f"{deal.name} #{deal.pk}" if deal.name in several else deal.name,
            ", ".join(str(part) for part in (deal.account, deal.stage) if part),
        )
        for deal in deals
    ]


def suggested_contacts(text: str, *, viewer: Person, account: Account | None) -> list[Contact]:
    """Return the contacts of an account whose name or address has the text in it."""
    if account is None:
        return []
    here = Contact.objects.visible_to(viewer).live().filter(account=account)
    like = Q(full_name__icontains=text) | Q(email__icontains=text)
    return list(here.filter(like)[:SUGGESTED])


def spelt_contact(contact: Contact) -> str:
    return f"{contact.full_name} <{contact.email}>" if contact.email else contact.full_name


def find_contact(text: str, *, viewer: Person, account: Account | None) -> Contact:
    """Return the contact that the text names, by e-mail or name, at the account if there is one."""
    rows = Contact.objects.visible_to(viewer).live().select_related("account")
    if account is not None:
        rows = rows.filter(account=account)
    if written := ADDRESS.search(text):
        found = list(rows.filter(email__iexact=written["email"])[:2])
    else:
        found = list(rows.filter(Q(email__iexact=text) | Q(full_name__iexact=text))[:2])
    if len(found) == 1:
        return found[0]
    where = f" at {account}" if account else ""
    if found:
        how = "Write the e-mail." if account else "Name the deal or account, or write the e-mail."
        raise ValidationError(f"Several contacts{where} have this name. {how}")
    raise ValidationError(f"There is no contact of this name or e-mail{where}.")
