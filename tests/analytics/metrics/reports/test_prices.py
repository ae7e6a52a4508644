from decimal import Decimal

from analytics.metrics.metrics.closings import discount
from analytics.metrics.reports.prices import prices_report
from org.models.people import Person
from pipeline.deals.models import DealLine
from tests.analytics.report_views import report_view_of
from tests.factories.pipeline import AccountFactory, ProductFactory
from tests.paper import at

AFTER = at(4, 15)


def names() -> dict[int, str]:
    return dict(Person.objects.values_list("pk", "full_name"))


def line(deal, product, price: str, quantity: str = "1") -> None:
    DealLine.objects.create(deal=deal, product=product, unit_price=price, quantity=quantity)


def test_what_was_agreed_is_compared_with_the_list_price(paper, eve):
    lamp = ProductFactory(name="Lamp", list_price=1000)
    mirror = ProductFactory(name="Mirror", list_price=None)
    plain, rates = paper.deals["plain"], paper.deals["at the second rate"]
    line(plain, lamp, "800", "2")
    line(plain, mirror, "5")
    # Sold in euros, listed in dollars: not to be compared.
    line(rates, lamp, "1")
    # Neither lost nor open deals were sold.
    line(paper.deals["lost"], lamp, "1")
    line(paper.make("open", paper.rita, "10"), lamp, "1")

    found = prices_report(report_view_of(eve, team="Everyone", now=AFTER), names=names())

    assert discount(found.whole.prices) == Decimal("0.2")
    assert (found.whole.prices.lines, found.whole.prices.deals, found.won) == (1, 1, 8)
    assert [(row.label, row.listed, row.sold) for row in found.products] == [
        ("Lamp", Decimal(2000), Decimal(1600))
    ]
    assert [row.label for row in found.people] == ["Rita Rep"]


def test_other_currencies_count_at_the_rate_of_the_deal(paper, eve):
    lamp = ProductFactory(name="Lampe", list_price=100, currency="EUR")
    deal = paper.win("euros", paper.rae, "90", at(3, 2), account=AccountFactory(), currency="EUR")
    line(deal, lamp, "90")

    found = prices_report(report_view_of(eve, team="Everyone", now=AFTER), names=names())

    assert (found.whole.listed, found.whole.sold) == (Decimal("125.00"), Decimal("112.50"))


def test_nothing_to_compare_is_said(paper, eve):
    found = prices_report(report_view_of(eve, team="Everyone", now=AFTER), names=names())

    assert (discount(found.whole.prices), found.products, found.people) == (None, [], [])


def test_what_people_who_report_elsewhere_sold_is_one_line(paper):
    lamp = ProductFactory(list_price=100)
    rita = paper.win("rita's", paper.rita, "90", at(1, 20))
    ron = paper.win("ron's", paper.ron, "80", at(1, 20))
    line(rita, lamp, "90")
    line(ron, lamp, "80")
    report_view = report_view_of(paper.mia, team="North", now=AFTER)

    found = prices_report(report_view, names={paper.rita.pk: "Rita Rep"})

    assert [(row.label, row.listed, row.sold) for row in found.people] == [
        ("Rita Rep", Decimal(100), Decimal(90)),
        ("People who now report to somebody else", Decimal(100), Decimal(80)),
    ]
    assert (found.whole.listed, found.whole.sold) == (Decimal(200), Decimal(170))
