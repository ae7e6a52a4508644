"""Vocabularies with words for people."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self, TypeVar

Member = TypeVar("Member", bound=StrEnum)


class Labelled(StrEnum):
    """A vocabulary whose members have a label, by default their value made readable, and a note.

    ``RATE = "rate", "Exchange rate"``
    """

    label: str
    note: str

    def __new__(cls, value: str, label: str = "", note: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ").capitalize()
        member.note = note
        return member


def labels(vocabulary: Iterable[Member], **others: str) -> dict[Member, str]:
    """Return what each member is called: ``others`` by value, else its value made readable."""
    return {each: others.get(each) or each.replace("_", " ").capitalize() for each in vocabulary}
