"""Every input of the token pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import KitForm, PageField, PlainTextField
from org.enums import SCOPE_LABELS, TokenScope

LIVES = {30: "30 days", 90: "90 days", 365: "1 year"}


class TokenForm(KitForm):
    name = PlainTextField(
        max_length=100, label="Name", help_text="Where it is used, such as “Warehouse export”."
    )
    scope = forms.ChoiceField(
        choices=choices(TokenScope, SCOPE_LABELS),
        initial=TokenScope.READ,
        label="It may",
        help_text="Within what you may see and do yourself.",
    )
    days = forms.TypedChoiceField(choices=LIVES.items(), coerce=int, initial=90, label="Ends after")

    def wanted(self, *, now: datetime) -> dict[str, Any]:
        """Return what the service takes; for a valid form."""
        given = self.cleaned_data
        expires_at = now + timedelta(days=given["days"])
        return {"name": given["name"], "scope": given["scope"], "expires_at": expires_at}


class TokenPageForm(KitForm):
    page = PageField()
