from decimal import Decimal

from analytics.metrics.metrics.closings import PricedLine, compared, discount


def line(deal: int, listed: str, sold: str) -> PricedLine:
    return PricedLine(deal, product=1, person=1, listed=Decimal(listed), sold=Decimal(sold))


def test_a_discount_weighs_lines_by_their_price():
    found = compared([line(1, "1000", "1000"), line(1, "200", "100"), line(2, "800", "600")])

    assert (found.lines, found.deals) == (3, 2)
    assert discount(found) == Decimal("0.15")


def test_more_than_listed_is_a_negative_discount():
    assert discount(compared([line(1, "100", "125")])) == Decimal("-0.25")


def test_nothing_to_compare_has_no_discount():
    assert discount(compared([])) is None
