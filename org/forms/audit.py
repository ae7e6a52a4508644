"""Inputs of the audit log."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kit.forms import DayField, KitForm, PageField, PlainTextField


class SubjectField(PlainTextField):
    """A row as "org.person:12", which is how links of other pages name it."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> tuple[str, int] | None:
        text = super().clean(value)
        if not text:
            return None
        kind, _, number = text.rpartition(":")
        if not kind or not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValidationError("A subject is named like org.person:12.")
        return kind, int(number)


class AuditFilter(KitForm):
    """The address of the audit log."""

    actor = PlainTextField(label="Who", required=False, max_length=100)
    action = forms.ChoiceField(label="Deed", required=False)
    about = PlainTextField(label="About", required=False, max_length=100)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    subject = SubjectField(required=False)
    page = PageField()

    def __init__(self, *args: Any, actions: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "All deeds"), *actions]
