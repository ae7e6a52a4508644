"""When two names are likely those of the same company or person. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product

# Keys that begin otherwise are not compared: a typing mistake in the first letters is rare, and
# comparing everything with everything takes hours.
SAME_BEGINNING = 4
SHORTEST_COMPARED = 6
# A beginning that more share ("united") says little.
MOST_OF_ONE_BEGINNING = 200


class Likeness(StrEnum):
    """Why two rows are likely the same, the strongest first."""

    EMAIL = "email"
    NAME = "name"
    DOMAIN = "domain"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class DuplicateKey:
    """A row by what tells it apart: the key of its name, and its e-mail or web domain or ""."""

    pk: int
    key: str
    address: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two rows that are likely the same, the lower id first."""

    one: int
    other: int
    likeness: Likeness


def spelt_alike(one: str, other: str) -> bool:
    """Whether one key is the other with a single slip, in no digit.

    A slip is a letter too many, too few or another one, or two neighbours that changed places
    (Damerau, 1964: four of five mistypings). "Plant 1" and "Plant 2" are two plants.
    """
    if one == other or min(len(one), len(other)) < SHORTEST_COMPARED:
        return False
    if _digits(one) != _digits(other):
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return abs(len(one) - len(other)) == 1
    rests = one[start:], other[start:]
    swapped = rests[0][:2] == rests[1][:2][::-1] and rests[0][2:] == rests[1][2:]
    return swapped or any(
        rests[0][first:] == rests[1][second:] for first, second in ((1, 0), (0, 1), (1, 1))
    )


def likely_pairs(rows: Iterable[DuplicateKey], *, by_address: Likeness) -> list[Pair]:
    """Return the pairs of rows that are likely the same, each with its strongest reason.

    ``by_address`` is what an equal address means: for people the same e-mail, for companies the
    same web domain.
    """
    known = list(rows)
    keys = _grouped((row.key, row.pk) for row in known)
    found = [
        *_equal(keys, Likeness.NAME),
        *_equal(_grouped((row.address, row.pk) for row in known if row.address), by_address),
    ]
    for one_key, other_key in _spelt_alike(keys):
        found += [
            Pair(min(ends), max(ends), Likeness.SPELLING)
            for ends in product(keys[one_key], keys[other_key])
        ]
    return strongest(found)


def equal_pairs(values: Iterable[tuple[str, int]], likeness: Likeness) -> list[Pair]:
    """Return the pairs of ids that have the same text, which is not empty."""
    return _equal(_grouped((text, pk) for text, pk in values if text), likeness)


def strongest(pairs: Iterable[Pair]) -> list[Pair]:
    """Return each pair of rows once, with its strongest reason, in the order of their ids."""
    order = list(Likeness)
    found: dict[tuple[int, int], Pair] = {}
    for pair in sorted(pairs, key=lambda pair: order.index(pair.likeness)):
        found.setdefault((pair.one, pair.other), pair)
    return [found[ends] for ends in sorted(found)]


def _grouped(values: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for text, pk in values:
        groups.setdefault(text, []).append(pk)
    return groups


def _equal(groups: dict[str, list[int]], likeness: Likeness) -> list[Pair]:
    return [
        Pair(one, other, likeness)
        for group in groups.values()
        for one, other in combinations(sorted(group), 2)
    ]


def _spelt_alike(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of keys that differ little, among those that begin alike."""
    beginnings: dict[str, list[str]] = {}
    for key in keys:
        beginnings.setdefault(key[:SAME_BEGINNING], []).append(key)
    for block in beginnings.values():
        if len(block) <= MOST_OF_ONE_BEGINNING:
            yield from (pair for pair in combinations(block, 2) if spelt_alike(*pair))


def _digits(key: str) -> str:
    return "".join(letter for letter in key if letter.isdigit())
