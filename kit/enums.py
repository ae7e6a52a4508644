"""Vocabularies with words for people."""

from enum import StrEnum
from typing import Self


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
