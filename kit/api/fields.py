"""Serializer fields that parse strictly, and the serializer that knows every key it is given.

Bodies carry the types of JSON: whole numbers as numbers, money as text. A QuerySerializer reads
the parameters of an address, where everything is text.
"""

import re
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from kit.forms import BIDI_OVERRIDES, CONTROLS, PLAIN_DAY, PLAIN_DECIMAL

WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
LARGEST_ID = 2**63 - 1
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
WORDS = {"true": True, "false": False}


class StrictSerializer(serializers.Serializer):
    """A body: a key that is not declared is an error, not ignored."""

    reads_text = False

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return the cleaned values of the request's body, or raise the error that names one."""
        body = cls(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - known):
                raise serializers.ValidationError(
                    dict.fromkeys(unknown, "There is no such field here.")
                )
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """An empty body: the address says everything."""


class QuerySerializer(StrictSerializer):
    """The parameters of an address: declared names alone, each given once."""

    reads_text = True

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return the cleaned parameters of the request, or raise the error that names one."""
        given: QueryDict = request.query_params
        if twice := [name for name, values in given.lists() if len(values) > 1]:
            raise serializers.ValidationError(dict.fromkeys(twice, "Give this parameter once."))
        query = cls(data=given.dict(), context={"request": request})
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)


def reads_text(field: serializers.Field) -> bool:
    return bool(getattr(field.root, "reads_text", False))


class WholeNumber(serializers.IntegerField):
    """A whole number: of JSON in a body, in ASCII digits in an address."""

    default_error_messages = {"invalid": "Give a whole number."}

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", -(2**31))
        options.setdefault("max_value", 2**31 - 1)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        if reads_text(self) and isinstance(data, str) and WHOLE.fullmatch(data):
            return int(data)
        if type(data) is not int:
            self.fail("invalid")
        return data


class ExactDecimal(serializers.DecimalField):
    """An exact number as text in ASCII digits, such as "1200.50"; never a float."""

    default_error_messages = {"invalid": 'Give the number as text, such as "1200.50".'}

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) is int:
            data = str(data) if abs(data) < 10**20 else ""
        if not isinstance(data, str) or not PLAIN_DECIMAL.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class MoneyField(ExactDecimal):
    """An amount with two decimals at most."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 14, "decimal_places": 2} | options)


class TextField(serializers.CharField):
    """Text without control signs or signs that turn the writing direction."""

    default_error_messages = {
        "invalid": "Give a text.",
        "control": "Remove the invisible control characters from this text.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if BIDI_OVERRIDES.search(data) or CONTROLS.search(data):
            self.fail("control")
        return super().to_internal_value(data)


class DayTextField(serializers.DateField):
    """A date as YYYY-MM-DD."""

    default_error_messages = {"invalid": "Give the date as year-month-day, such as 2026-11-23."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not PLAIN_DAY.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class MomentTextField(serializers.DateTimeField):
    """A point in time with its offset from UTC; written in UTC."""

    default_error_messages = {
        "invalid": "Give the time with its offset from UTC, such as 2026-11-23T09:30:00Z."
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not MOMENT.fullmatch(data):
            self.fail("invalid", format="")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """True or false, in an address the words ``true`` and ``false``."""

    default_error_messages = {"invalid": "Give true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if reads_text(self) and isinstance(data, str) and data in WORDS:
            return WORDS[data]
        if type(data) is not bool:
            self.fail("invalid")
        return data


class WordField(serializers.ChoiceField):
    """One of the listed words."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.INT)
class RowField(serializers.Field):
    """The id of a row that the viewer may see. A hidden row and a missing one are one error.

    ``rows`` returns the rows that the viewer may name here.
    """

    default_error_messages = {
        "invalid": "Give the id, a whole number.",
        "missing": "There is no such row, or you may not see it.",
    }

    def __init__(self, *, rows: Callable[[Any], QuerySet], **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Model:
        if reads_text(self) and isinstance(data, str) and WHOLE.fullmatch(data):
            data = int(data)
        if type(data) is not int:
            self.fail("invalid")
        found = None
        if 0 < data <= LARGEST_ID:
            found = self.rows(self.context["request"].user).filter(pk=data).first()
        if found is None:
            self.fail("missing")
        return found


@extend_schema_field({"type": "string", "pattern": "^[0-9]+(,[0-9]+)*$", "example": "3,17"})
class RowListField(RowField):
    """Ids with commas between them, in an address: up to a hundred rows, each once."""

    default_error_messages = {"invalid": "Give up to 100 different ids with commas between them."}

    def to_internal_value(self, data: Any) -> list[Model]:  # type: ignore[override]
        words = data.split(",") if isinstance(data, str) else []
        if not 0 < len(words) <= 100 or not all(WHOLE.fullmatch(word) for word in words):
            self.fail("invalid")
        ids = [int(word) for word in words]
        if len(set(ids)) != len(ids):
            self.fail("invalid")
        plausible = [pk for pk in ids if 0 < pk <= LARGEST_ID]
        found = self.rows(self.context["request"].user).in_bulk(plausible)
        if len(found) != len(ids):
            self.fail("missing")
        return [found[pk] for pk in ids]
