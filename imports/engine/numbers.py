"""Amounts as people write them; the decimal mark is decided per column."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Mark(StrEnum):
    """The decimal mark of a column."""

    POINT = "."
    COMMA = ","


MARKS = tuple(Mark)
MARK_LABELS = {Mark.POINT: "point: 1,234.56", Mark.COMMA: "comma: 1.234,56"}

# A sign that names one currency; the dollar and yen signs name several.
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "US$": "USD", "CA$": "CAD", "A$": "AUD"}
SHARED_SIGNS = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "BRL", "CLP", "COP", "TWD"}),
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}
_SIGN = "|".join(re.escape(sign) for sign in sorted((*SIGNS, *SHARED_SIGNS), key=len, reverse=True))
_WHOLE = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-−])?\s*(?P<before>[A-Z]{{3}}|{_SIGN})?\s*(?P<minus2>[-−])?\s*"
    rf"(?P<digits>[0-9][0-9.,'’ \u00a0\u202f\u2009\u2007]*|[.,][0-9]+)\s*"
    rf"(?P<after>[A-Z]{{3}}|{_SIGN})?\s*"
    rf"(?P<minus3>-)?\s*(?P<close>\))?",
    re.ASCII,
)
_BLANKS = re.compile(r"(?<=\d)['’ \u00a0\u202f\u2009\u2007](?=\d{3}(?!\d))")
_PLAIN = {
    mark: re.compile(
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+{lakhs})?"
        rf"(?:{re.escape(mark)}[0-9]+)?",
        re.ASCII,
    )
    # In India after the thousands come lakhs and crores: 12,34,567.
    for mark, group, lakhs in (
        (Mark.POINT, ",", "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"),
        (Mark.COMMA, ".", ""),
    )
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and, where its cell names one, its currency: a code, or a sign several share."""

    value: Decimal
    currency: str = ""


def readings(text: str) -> dict[Mark, Number]:
    """Return what the text means under each decimal mark; nothing where it is no number."""
    if text.isdecimal() and text.isascii():
        return dict.fromkeys(MARKS, Number(Decimal(text)))
    if text[3:4].isalpha() and text[:1].isalpha():
        return {}  # A currency before the number has three signs at most: this is a word.
    match = _WHOLE.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return {}
    minuses = [match["minus"], match["minus2"], match["minus3"], match["open"]]
    if sum(map(bool, minuses)) > 1 or (match["before"] and match["after"]):
        return {}
    digits = _BLANKS.sub("", match["digits"].strip())
    sign = match["before"] or match["after"] or ""
    found = {}
    for mark, pattern in _PLAIN.items():
        if digits and pattern.fullmatch(digits):
            group = "," if mark is Mark.POINT else "."
            value = Decimal(digits.replace(group, "").replace(mark, "."))
            found[mark] = Number(-value if any(minuses) else value, SIGNS.get(sign, sign))
    return found


@dataclass(slots=True)
class NumberEvidence:
    """What the values of a column say about their decimal mark. Each value counts once."""

    numbers: int = 0
    others: int = 0
    fits: Counter[Mark] = field(default_factory=Counter)
    differ: int = 0
    example: str = ""

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            found = readings(text)
            if not found:
                self.others += 1
                continue
            self.numbers += 1
            for mark in found:
                self.fits[mark] += 1
            if len({number.value for number in found.values()}) > 1:
                self.differ += 1
                self.example = self.example or text

    @property
    def candidates(self) -> list[Mark]:
        return [mark for mark in Mark if self.numbers and self.fits[mark] == self.numbers]

    @property
    def suggestion(self) -> Mark | None:
        return self.fits.most_common(1)[0][0] if self.fits else None

    @property
    def is_certain(self) -> bool:
        """Whether the values leave no choice: one mark reads all, or both read all alike."""
        if not self.numbers:
            return True
        return len(self.candidates) == 1 or (bool(self.candidates) and not self.differ)
