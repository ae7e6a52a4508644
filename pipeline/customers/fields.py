"""Form fields that find a row by its name."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy

from kit.forms import PlainTextField
from org.models.people import Person
from pipeline.customers.models import Account
from pipeline.customers.services import same_name
from pipeline.querysets import named_like

NUMBERED = re.compile(r"^(?P<name>.*) #(?P<pk>[0-9]{1,18})$", re.ASCII)
SUGGESTED = 20


class TypedField(PlainTextField):
    """A row by its name, with what is suggested in the list of the page with that id.

    Without JavaScript the name is simply written out. ``along`` are the inputs that narrow what
    is suggested.
    """

    def __init__(self, *, suggest: str, suggestions: str, along: str = "", **options: Any) -> None:
        hints = {
            "list": suggestions,
            "autocomplete": "off",
            "hx-get": reverse_lazy(suggest),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": f"#{suggestions}",
            "hx-sync": "this:replace",
        }
        if along:
            hints["hx-include"] = along
        super().__init__(max_length=230, widget=forms.TextInput(attrs=hints), **options)


class AccountField(TypedField):
    """An account by its name; "Acme #12" where two share a name."""

    def __init__(
        self, *, viewer: Person, suggestions: str = "account-options", **options: Any
    ) -> None:
        self.viewer = viewer
        super().__init__(suggest="pipeline:account-suggest", suggestions=suggestions, **options)

    def clean(self, value: Any) -> Account | None:
        text = super().clean(value)
        return find_account(text, viewer=self.viewer) if text else None

    def prepare_value(self, value: Any) -> Any:
        return spelt(value) if isinstance(value, Account) else value


def spelt(account: Account) -> str:
    """Return the name, with the id after it where other accounts have the same name."""
    alone = not same_name(account.name).exclude(pk=account.pk).exists()
    return account.name if alone else f"{account.name} #{account.pk}"


def find_account(text: str, *, viewer: Person) -> Account:
    """Return the account that the text names, or raise ValidationError with what comes near."""
    accounts = Account.objects.visible_to(viewer).live()
    named = list(same_name(text).filter(pk__in=accounts.values("pk"))[:2])
    return one_named(
        text, named, accounts, what="account", near=lambda: suggested_accounts(text, viewer=viewer)
    )


def one_named(
    text: str, named: list[Any], rows: QuerySet, *, what: str, near: Callable[[], list[Any]]
) -> Any:
    """Return the one of ``named``, or the row that "Acme #12" means; else raise ValidationError."""
    if len(named) == 1:
        return named[0]
    if numbered := NUMBERED.match(text):
        found = rows.filter(pk=int(numbered["pk"]), name__iexact=numbered["name"]).first()
        if found:
            return found
    if named:
        raise ValidationError(f"Several {what}s have this name: choose one from the list.")
    names = ", ".join(row.name for row in near()[:3])
    hint = f" Did you mean {names}?" if names else ""
    raise ValidationError(f"There is no {what} of this name.{hint}")


def suggested_accounts(text: str, *, viewer: Person) -> list[Account]:
    """Return the accounts whose names have words that begin like those of the text."""
    accounts = Account.objects.visible_to(viewer).live()
    for word in text.split()[:10]:
        accounts = accounts.filter(named_like(word))
    return list(accounts[:SUGGESTED]) if text.strip() else []
