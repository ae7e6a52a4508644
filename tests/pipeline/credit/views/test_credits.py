"""Parting a deal's credit, and the list behind a figure of bookings."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.utils.html import strip_tags

from analytics.attainment.reports.attainment import attainment, subject_of
from kit.money import from_cents
from org.services import calendar
from pipeline.credit.models import CreditShare
from pipeline.credit.services import Share, split_credit
from pipeline.deals.reports.selection import DealSelection
from tests.analytics.deals.views.test_deals import page
from tests.factories.pipeline import DealFactory
from tests.pages import form_of
from tests.paper import BOOKINGS, at, change

QUARTER = {"closed_from": date(2026, 1, 1), "closed_to": date(2026, 4, 1)}


def words_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def won(owner, amount, stages, **fields):
    deal = DealFactory(owner=owner, amount=Decimal(amount), **fields)
    return change(deal, at=at(2, 10), stage=stages.won)


def test_the_credit_is_parted_on_a_page_and_shown_with_its_reason(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita, amount=Decimal("1000.01"))
    rita, address = as_(sales_team.rita), page(deal, "deal-split")
    assert "Rita Rep 100.0 %" in words_of(rita.get(page(deal, "deal-credit")))

    form = form_of(rita.get(address), having="reason")
    assert (form["person_1"], form["percent_1"]) == (str(sales_team.rita.pk), "100")
    lines = {
        "percent_1": "50",
        "person_2": sales_team.ron.pk,
        "percent_2": "40",
        "person_3": sales_team.mia.pk,
        "percent_3": "25",
        "kind_3": "overlay",
        "reason": "Ron opened the door",
    }
    refused = rita.post(address, form | lines)
    assert refused.status_code == 400
    assert "The revenue shares make 90 %; they must make exactly 100 %." in words_of(refused)
    assert not CreditShare.objects.exists()
    assert rita.post(address, form | lines | {"percent_2": "50"}).status_code == 302

    shown = words_of(rita.get(page(deal, "deal-credit")))
    assert "Rita Rep 50.0 % 500.01 USD" in shown
    assert "Ron Rep 50.0 % 500.00 USD" in shown
    assert "Mia Manager 25.0 % overlay 250.00 USD, beside the bookings" in shown
    assert "by Rita Rep: Ron opened the door" in shown
    late = rita.post(address, form | lines | {"percent_2": "50", "percent_3": "30"})
    assert "look at it again first" in words_of(late)


def test_a_line_that_is_half_filled_in_is_named(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita, address = as_(sales_team.rita), page(deal, "deal-split")

    sent = {"person_1": sales_team.ron.pk, "percent_2": "10", "reason": "x"}
    answer = words_of(rita.post(address, sent))

    assert "Give the percent of this person." in answer
    assert "Say whose percent this is." in answer


def test_once_won_a_rep_is_refused_and_not_offered_it(as_, sales_team, stages):
    deal = won(sales_team.rita, 100, stages)
    rita = as_(sales_team.rita)

    assert rita.get(page(deal, "deal-split")).status_code == 403
    assert "Split the credit" not in words_of(rita.get(page(deal, "deal-credit")))
    assert "Split the credit" in words_of(as_(sales_team.mia).get(page(deal, "deal-credit")))


@pytest.mark.parametrize("as_of", [None, date(2026, 4, 30)])
def test_the_rows_behind_bookings_add_up_to_the_figure(as_, sales_team, stages, as_of):
    calendar.ensure_years(2026, 2026)
    rita, ron, mia, rob = (getattr(sales_team, name) for name in ("rita", "ron", "mia", "rob"))
    parted = won(rita, "1000.01", stages, name="Parted")
    won(rita, "70.00", stages, name="Whole")
    given = won(ron, "500.00", stages, name="Given")
    taken = won(rob, "300.00", stages, name="Of another team")
    for deal, shares in (
        (parted, ((rita, "50"), (ron, "50"))),
        (given, ((rita, "100"),)),
        (taken, ((rita, "10"), (rob, "90"))),
    ):
        revenue = [Share(person, "revenue", Decimal(percent)) for person, percent in shares]
        split_credit(deal, by=None, shares=revenue, reason="x", at=at(3, 1))
    period = calendar.period_on(date(2026, 2, 1), "quarter")
    admin = as_(sales_team.ada)

    for row, part in (
        (rita, {"credited_to": rita.pk}),
        (ron, {"credited_to": ron.pk}),
        (sales_team.north, {"team": sales_team.north.pk}),
        (sales_team.south, {"team": sales_team.south.pk}),
        (sales_team.sales, {"team": sales_team.sales.pk}),
    ):
        moment = at(4, 30, 12)
        (figure,) = attainment([subject_of(row)], period=period, measure=BOOKINGS, as_of=moment)
        selection = DealSelection(status="won", as_of=as_of, **QUARTER, **part)
        response = admin.get(selection.url())
        found = response.context["found"]
        assert found.totals.amount == from_cents(figure.actual), row
        assert sum(shown.credited for shown in found.page.rows) == from_cents(figure.actual)
    rows = admin.get(DealSelection(status="won", credited_to=rita.pk, **QUARTER).url())
    assert {row.name: row.credited for row in rows.context["found"].page.rows} == {
        "Parted": Decimal("500.01"),
        "Whole": Decimal("70.00"),
        "Given": Decimal("500.00"),
        "Of another team": Decimal("30.00"),
    }
    assert "Credited" in words_of(rows)
    download = admin.get(
        DealSelection(status="won", credited_to=rita.pk, **QUARTER)
        .url()
        .replace("/deals/", "/deals/export.csv")
    )
    lines = b"".join(download.streaming_content).decode()
    assert "500.01" in lines
    assert lines.count("\n") == 5
    # Mia may not open Rob's deal, but the figure that she sees is whole.
    found = as_(mia).get(DealSelection(status="won", credited_to=rita.pk, **QUARTER).url())
    shown = found.context["found"]
    assert (shown.totals.amount, shown.elsewhere.amount) == (Decimal("1070.01"), Decimal("30.00"))
