"""Inputs of the accounts that lie in a territory."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Upper

from kit.forms import DayField, KitForm, PageField, PlainTextField
from pipeline.customers.models import Account

MOST_LINES = 2000


class AccountsField(PlainTextField):
    """Accounts by name or id of another system, one a line; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 6})

    def clean(self, value: Any) -> list[Account]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(f"Give {MOST_LINES} lines at most.")
        known = _by_name(lines)
        faults, found = [], {}
        for number, line in enumerate(lines, start=1):
            accounts = known.get(line.casefold(), [])
            if len(accounts) == 1:
                found[accounts[0].pk] = accounts[0]
            elif accounts:
                faults.append(f"Line {number}: several accounts are called “{line}”. Use their id.")
            else:
                faults.append(f"Line {number}: there is no account called “{line}”.")
        if faults:
            raise ValidationError(faults)
        return list(found.values())


def _by_name(lines: list[str]) -> dict[str, list[Account]]:
    """Return the accounts in use by name and by id, both folded to small letters."""
    named = Q(spelt__in=[line.upper() for line in lines]) | Q(external_id__in=lines)
    rows = Account.objects.filter(archived_at__isnull=True).alias(spelt=Upper("name"))
    found: dict[str, list[Account]] = {}
    for account in rows.filter(named):
        for key in {account.name.casefold(), (account.external_id or "").casefold()} - {""}:
            found.setdefault(key, []).append(account)
    return found


class AccountsForm(KitForm):
    """Accounts that lie in a territory from a day on."""

    accounts = AccountsField(
        label="Accounts",
        help_text="Names, or ids of another system, one a line; paste as many as you like.",
    )
    since = DayField(
        label="From", help_text="Deals that close from then on count here. A past day corrects."
    )


class AccountEndForm(KitForm):
    """The first day on which an account is in the territory no longer."""

    on = DayField(label="Leaves on")


class AccountsPage(KitForm):
    """The address of the list of accounts of a territory."""

    page = PageField()
    nowhere = forms.BooleanField(required=False, label="In no territory")
