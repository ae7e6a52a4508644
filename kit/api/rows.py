"""Serializers that read their fields from a model: what answers give and what bodies may hold."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers

from kit.api.fields import (
    DayTextField,
    ExactDecimal,
    FlagField,
    MomentTextField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
    WordField,
)

LONGEST_TEXT = 10_000
# By the kind of the column, the first that fits: what writes it, and what reads it.
KINDS: tuple[tuple[Any, Any, Any], ...] = (
    (models.DateTimeField, MomentTextField, MomentTextField),
    (models.DateField, serializers.DateField, DayTextField),
    (models.DecimalField, ExactDecimal, ExactDecimal),
    (models.BooleanField, serializers.BooleanField, FlagField),
    (models.IntegerField, serializers.IntegerField, WholeNumber),
    (models.Field, serializers.CharField, TextField),
)


def given(column: Any, help_text: str = "") -> serializers.Field:
    """Return what writes a column into an answer; a related row by its id."""
    told: dict[str, Any] = {"allow_null": column.null, "help_text": help_text or None}
    if column.is_relation or column.primary_key:
        name = column.attname if column.is_relation else "pk"
        return serializers.IntegerField(source=name, **told)
    if column.choices:
        return WordField(choices=[str(word) for word, _ in column.choices], **told)
    kind = next(writes for type_, writes, _ in KINDS if isinstance(column, type_))
    return kind(**told, **_digits(column))


def taken(column: Any, help_text: str = "", *, required: bool = False) -> serializers.Field:
    """Return what reads a column from a body; a related row is one that the author may see.

    Numbers are not below zero; a text that may be null may not be empty.
    """
    told: dict[str, Any] = {"required": required, "help_text": help_text or None}
    if column.is_relation:
        rows = column.related_model._default_manager.visible_to  # noqa: SLF001 -- Django's public name for it
        return RowField(rows=rows, allow_null=column.null, **told)
    if column.choices:
        return WordField(choices=[str(word) for word, _ in column.choices], **told)
    kind = next(reads for type_, _, reads in KINDS if isinstance(column, type_))
    if kind is TextField:
        told |= {"allow_null": True} if column.null else {"allow_blank": column.blank}
        return TextField(max_length=column.max_length or LONGEST_TEXT, **told)
    least = {"min_value": 0} if kind in (ExactDecimal, WholeNumber) else {}
    return kind(allow_null=column.null, **told, **least, **_digits(column))


def _digits(column: Any) -> dict[str, int]:
    if not isinstance(column, models.DecimalField):
        return {}
    return {"max_digits": column.max_digits, "decimal_places": column.decimal_places}


# What follows has comments, not docstrings: the schema gives those to every class without its own.
class OfModel(serializers.Serializer):
    # FIELDS are read from MODEL where the class does not declare them itself.
    MODEL: ClassVar[type[models.Model]]
    FIELDS: ClassVar[tuple[str, ...]] = ()
    HELP: ClassVar[Mapping[str, str]] = {}

    def get_fields(self) -> dict[str, serializers.Field]:
        own = super().get_fields()
        return {name: own.get(name) or self.of_column(name) for name in self.FIELDS} | own

    def column(self, name: str) -> Any:
        return self.MODEL._meta.get_field(name)  # noqa: SLF001 -- Django's public name for it

    def of_column(self, name: str) -> serializers.Field:
        raise NotImplementedError


class RowBody(OfModel):
    # An answer.
    def of_column(self, name: str) -> serializers.Field:
        return given(self.column(name), self.HELP.get(name, ""))


class RowInput(StrictSerializer, OfModel):
    # A body, of which REQUIRED must be there.
    REQUIRED: ClassVar[tuple[str, ...]] = ()

    def of_column(self, name: str) -> serializers.Field:
        required = name in self.REQUIRED
        return taken(self.column(name), self.HELP.get(name, ""), required=required)


class ChangeInput(StrictSerializer):
    """Fields to change, one at least."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not set(attrs) - {"seen", "version"}:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class SeenInput(ChangeInput):
    """The fields to change of a row without a version, with what was seen in each of them."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        changes = set(super().validate(attrs)) - {"seen"}
        if unseen := sorted(changes - set(attrs["seen"])):
            raise serializers.ValidationError(
                {"seen": f"Say what you saw in: {', '.join(unseen)}."}
            )
        return attrs


def body_of(model: type[models.Model], fields: tuple[str, ...], **help_texts: str) -> type[RowBody]:
    """Return the serializer of an answer that holds these columns of a model."""
    parts = {"MODEL": model, "FIELDS": fields, "HELP": help_texts}
    return type(f"{model.__name__}Body", (RowBody,), parts)


def change_of(fields: type[StrictSerializer], name: str) -> type[SeenInput]:
    """Return the serializer of a change of these fields with what was seen in each."""
    doc = "The fields to change, and in ``seen`` the value that you saw in each of them."
    return type(name, (SeenInput, fields), {"seen": fields(), "__doc__": doc})
