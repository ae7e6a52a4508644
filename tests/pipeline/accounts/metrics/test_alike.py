import pytest

from pipeline.accounts.metrics import (
    DuplicateKey,
    Likeness,
    Pair,
    equal_pairs,
    likely_pairs,
    spelt_alike,
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("konektech", "konnektech", True),
        ("stanredtech", "stanredtec", True),
        ("northwind", "nortwhind", True),
        ("northwind", "northwynd", True),
        ("northgatestores", "northwaterstores", False),  # Two names that begin and end alike.
        ("plant100", "plant200", False),  # Another digit is another plant.
        ("acme", "acne", False),  # Too short to tell.
        ("northwind", "northwind", False),  # The same is not merely alike.
        ("betasoloin", "zumgoity", False),
    ],
)
def test_spelling_tells_a_slip_from_another_name(one: str, other: str, expected: bool) -> None:
    assert spelt_alike(one, other) is expected
    assert spelt_alike(other, one) is expected


def test_each_pair_is_named_once_with_its_strongest_reason() -> None:
    rows = [
        DuplicateKey(3, "northwind", "northwind.example"),
        DuplicateKey(1, "northwind", "northwind.example"),
        DuplicateKey(2, "northwnd", "northwind.example"),
        DuplicateKey(4, "other"),
        DuplicateKey(5, "others", ""),
    ]

    assert likely_pairs(rows, by_address=Likeness.DOMAIN) == [
        Pair(1, 2, Likeness.DOMAIN),
        Pair(1, 3, Likeness.NAME),
        Pair(2, 3, Likeness.DOMAIN),
    ]


def test_nothing_is_equal_to_nothing() -> None:
    assert equal_pairs(
        [("", 1), ("", 2), ("a@x.example", 4), ("a@x.example", 3)], Likeness.EMAIL
    ) == [Pair(3, 4, Likeness.EMAIL)]


@pytest.mark.parametrize(("others", "compared"), [(198, True), (199, False)])
def test_a_beginning_that_too_many_share_says_nothing(others: int, compared: bool) -> None:
    crowd = [DuplicateKey(10 + number, f"united{number:03d}") for number in range(others)]
    slip = [DuplicateKey(1, "unitedpower"), DuplicateKey(2, "unitedpowr")]

    found = likely_pairs([*crowd, *slip], by_address=Likeness.DOMAIN)

    assert found == ([Pair(1, 2, Likeness.SPELLING)] if compared else [])
