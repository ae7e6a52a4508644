"""Salesforce ids: 15 letters and digits in which case matters, or 18 in which it does not."""

import re

SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", re.ASCII)
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def suffix(fifteen: str) -> str:
    """Return the three signs that say which of the fifteen are capitals, five by five."""
    signs = []
    for start in (0, 5, 10):
        bits = sum(1 << n for n, sign in enumerate(fifteen[start : start + 5]) if sign.isupper())
        signs.append(_SUFFIX[bits])
    return "".join(signs)


def is_plausible(text: str) -> bool:
    """Whether the text has the shape of such an id and, if 18 long, the right last three signs."""
    if len(text) not in {15, 18} or not SHAPE.fullmatch(text):
        return False
    return len(text) == 15 or suffix(text[:15]) == text[15:]


def long_form(text: str) -> str:
    """Return the 18 signs of an id of 15 or 18; raise ValueError where it is no such id."""
    if not SHAPE.fullmatch(text):
        raise ValueError("This is not a Salesforce id: those have 15 or 18 letters and digits.")
    if len(text) == 18 and suffix(text[:15]) != text[15:]:
        raise ValueError(
            "The last three signs of this id do not fit the others: capitals were changed."
        )
    return text[:15] + suffix(text[:15])
