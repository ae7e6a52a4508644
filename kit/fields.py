"""Small pieces that models of every app share."""

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


def choices(vocabulary: type[StrEnum], labels: Mapping | None = None) -> list[tuple[str, str]]:
    """Return Django choices for a vocabulary, with the given labels or those of its members."""
    return [(str(member), labels[member] if labels else _label(member)) for member in vocabulary]


def _label(member: StrEnum) -> str:
    """Return a member's own label, or its value made readable."""
    return getattr(member, "label", "") or member.replace("_", " ").capitalize()


def one_of(name: str, field: str, vocabulary: type[StrEnum]) -> models.CheckConstraint:
    """Return a constraint by which the database refuses a value outside the vocabulary."""
    values = [str(member) for member in vocabulary]
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": values}))


def check(name: str, condition: Q) -> models.CheckConstraint:
    """Return a constraint by which the database refuses what does not fulfil the condition."""
    return models.CheckConstraint(name=name, condition=condition)


def once(name: str, *fields: str, where: Q | None = None) -> models.UniqueConstraint:
    """Return a constraint by which no two rows, of those ``where``, have the same fields."""
    return models.UniqueConstraint(fields=fields, name=name, condition=where)


def lasts(name: str) -> models.CheckConstraint:
    """Return a constraint by which a dated row ends after it starts, or not at all."""
    return check(name, Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")))


def one_a_day(name: str, *subjects: str, until: str = "valid_to") -> ExclusionConstraint:
    """Return a constraint by which dated rows of the same subjects share no day."""
    overlap = [(SameId(subject), RangeOperators.OVERLAPS) for subject in subjects]
    days = (Days("valid_from", until), RangeOperators.OVERLAPS)
    return ExclusionConstraint(name=name, expressions=[*overlap, days])


class SameId(Func):
    """A range that holds one id: exclusion constraints compare ids by it without btree_gist."""

    function = "int8range"

    def __init__(self, field: str) -> None:
        super().__init__(field, field, Value("[]"))


class Days(Func):
    """The half-open span of days of two date columns; a null in the second means "still"."""

    function = "daterange"

    def __init__(self, start: str, end: str) -> None:
        super().__init__(start, end)


def model_label(row: models.Model) -> str:
    """Return the name of the row's model, such as "pipeline.deal"."""
    return type(row)._meta.label_lower  # noqa: SLF001 -- Django documents _meta as public
