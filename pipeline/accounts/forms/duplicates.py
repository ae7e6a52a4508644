"""Which of two rows stays, and which of their values."""

from typing import Any

from django import forms

from kit.forms import KitForm, PageField
from pipeline.accounts.reports.duplicates import fact_words
from pipeline.accounts.services import FIELDS
from pipeline.customers.models import Account, Contact

ONE, OTHER = "one", "other"
TAKE = "take-"


class DuplicatesPage(KitForm):
    """Which page of likely duplicates."""

    page = PageField()


class MergeForm(KitForm):
    """Which of two accounts or contacts stays, and whose value each field keeps.

    Only fields that both fill, and differently, are asked about: an empty one takes the other's.
    """

    def __init__(self, data: Any = None, *, one: Any, other: Any) -> None:
        super().__init__(data, initial={"keep": ONE})
        self.one, self.other = one, other
        self.fields["keep"] = _either(
            "Which one stays?",
            f"{one}, since {one.created_at:%Y}",
            f"{other}, since {other.created_at:%Y}",
        )
        for name in FIELDS[type(one)]:
            mine, theirs = getattr(one, name), getattr(other, name)
            if mine in (None, "") or theirs in (None, "") or mine == theirs:
                continue
            label = str(type(one)._meta.get_field(name).verbose_name).capitalize()  # noqa: SLF001 -- Django's public name
            self.fields[TAKE + name] = _either(label, fact_words(mine), fact_words(theirs))
            self.initial[TAKE + name] = ONE

    def pair(self) -> tuple[Any, Any]:
        """Return the row that stays and the one that goes; for a valid form."""
        mine = self.cleaned_data["keep"] == ONE
        return (self.one, self.other) if mine else (self.other, self.one)

    def take(self) -> list[str]:
        """Return the fields whose value is that of the row that goes."""
        keep = self.cleaned_data["keep"]
        chosen = {k: v for k, v in self.cleaned_data.items() if k.startswith(TAKE)}
        return [name.removeprefix(TAKE) for name, side in chosen.items() if side != keep]


def _either(label: str, one: str, other: str) -> forms.ChoiceField:
    choices = [(ONE, one), (OTHER, other)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=label)


KINDS: dict[str, type[Account] | type[Contact]] = {"accounts": Account, "contacts": Contact}
