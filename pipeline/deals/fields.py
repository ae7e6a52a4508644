"""Fields that pipeline's forms share."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet

from kit.forms import DayField, ExactDecimalField, PlainTextField
from org.models.people import Person
from pipeline.deals.declared import DEAL_FIELDS, DECLARED, column_of
from pipeline.rules import CARRYING_ROLES


def carriers(among: QuerySet[Person]) -> QuerySet[Person]:
    """Return those who may carry deals."""
    roles = [str(role) for role in CARRYING_ROLES]
    return among.filter(is_active=True, role_grants__role__in=roles)


CURRENCY_INPUT = forms.TextInput(attrs={"maxlength": 3, "size": 4, "autocapitalize": "characters"})


class CurrencyField(PlainTextField):
    """Three letters, whatever their case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=3, widget=CURRENCY_INPUT, **options)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).upper()


def plain_fields(*, new: bool) -> dict[str, forms.Field]:
    """Return the inputs of a deal that nothing is looked up for, of a new one or of any."""
    declared = (each for each in DEAL_FIELDS if (each.in_new_form if new else each.in_forms))
    return {each.name: plain_field(each.name) for each in declared}


def plain_field(name: str) -> forms.Field:
    """Return the input of a declared field, by its column."""
    declared, column = DECLARED[name], column_of(name)
    told: dict[str, Any] = {
        "label": declared.label, "help_text": declared.help_text, "required": not column.blank,
    }  # fmt: skip
    if isinstance(column, models.DateField):
        return DayField(**told)
    if isinstance(column, models.DecimalField):
        told |= {"max_digits": column.max_digits, "decimal_places": column.decimal_places}
        return ExactDecimalField(min_value=0, **told)
    if declared.name == "currency":
        return CurrencyField(max_length=column.max_length, **told)
    return PlainTextField(max_length=column.max_length, **told)


class PersonChoice(forms.ModelChoiceField):
    """Somebody of ``among`` who may carry deals; ``keep`` stays on offer though they left."""

    def __init__(
        self, *, among: QuerySet[Person], keep: Person | None = None, **options: Any
    ) -> None:
        offered = Q(pk__in=carriers(among).values("pk")) | Q(pk=keep.pk if keep else None)
        super().__init__(Person.objects.filter(offered), **options)


class MomentField(forms.DateTimeField):
    """A moment in the organisation's time zone, as the browser's own input sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": "Write the moment as 2026-11-23T14:30."}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)


class SeenField(forms.CharField):
    """The moment at which a page was shown, carried along hidden; None where it is unreadable."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=40, widget=forms.HiddenInput)

    def clean(self, value: Any) -> datetime | None:
        try:
            seen = datetime.fromisoformat(super().clean(value))
        except ValueError:
            return None
        return seen if seen.tzinfo else seen.replace(tzinfo=UTC)
