"""How a part of a DealSelection is declared: what it takes, and where it may be given."""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

PART = "part"


class Takes(StrEnum):
    """What a part of a selection takes."""

    TEXT = "text"
    WORD = "word"
    DAY = "day"
    AMOUNT = "amount"
    FLAG = "flag"
    PERSON = "person"
    TEAM = "team"
    STAGE = "stage"
    PIPELINE = "pipeline"
    ACCOUNT = "account"
    OTHER_ROW = "other row"


@dataclass(frozen=True, slots=True)
class FilterPart:
    """A part of a selection. The list asks for one with a ``label``; others come by links.

    ``api``: programs may give it, ``api_help`` says what it means where its name does not.
    ``total``: totals by it alone stand on a page anyway, so whoever may see those may see its own.
    """

    name: str
    takes: Takes
    label: str
    api: bool
    api_help: str
    total: bool


def part(
    takes: Takes, label: str = "", *, api: bool = True, meaning: str = "", total: bool = False
) -> Any:
    """Return the field of a selection, left open where nothing is given; see FilterPart."""
    default = {Takes.TEXT: "", Takes.WORD: "", Takes.FLAG: False}.get(takes)
    return field(default=default, metadata={PART: (takes, label, api, meaning, total)})


def parts_of(selection: type[Any]) -> list[FilterPart]:
    """Return the parts that a selection's class declares, in their order."""
    return [FilterPart(each.name, *each.metadata[PART]) for each in fields(selection)]
