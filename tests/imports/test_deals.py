from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from imports.engine.options import Answer, Format
from org.models.audit import AuditEntry
from org.models.calendar import FiscalPeriod
from org.services import calendar
from pipeline import history
from pipeline.customers.models import Account
from pipeline.deals.models import Deal, DealVersion
from pipeline.products.models import Product
from pipeline.stages.models import Competitor, Stage
from tests.factories.org import ExchangeRateFactory, OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ProductFactory, StageFactory
from tests.imports.runs import (
    counts,
    day,
    executed,
    imported,
    planned,
    refusals,
    table,
    undone,
    uploaded,
)

pytestmark = pytest.mark.django_db
PRICED = ["open", "won", "lost"]
HEADER = "Deal ID | Deal name | Owner | Account | Stage | Amount | Close date | Created date"


@pytest.fixture(autouse=True)
def company():
    OrganisationFactory(currency="USD", time_zone="Europe/Berlin")
    return {
        "open": StageFactory(name="Qualify"),
        "propose": StageFactory(propose=True),
        "won": StageFactory(won=True),
        "lost": StageFactory(lost=True),
        "ann": PersonFactory(full_name="Ann Lee", email="ann@example.com"),
        "acme": AccountFactory(name="Acme"),
    }


def deals(*rows, header=HEADER):
    return table("\n".join([header, *rows]))


def test_a_closed_deal_was_open_from_its_creation_to_its_closing(company):
    imported(
        "deals",
        deals("1 | Pumps | Ann Lee | Acme | Won | 100.50 | 2026-03-10 | 2026-01-05"),
        list_price=[],
    )

    deal = Deal.objects.get(external_id="1")
    first, second = deal.versions.order_by("valid_from")
    berlin = datetime(2026, 1, 4, 23, tzinfo=UTC)  # midnight of the fifth in Berlin
    assert (first.valid_from, first.status, first.stage.name) == (berlin, "open", "Qualify")
    assert (first.amount, first.amount_base) == (None, None)
    assert second.valid_from == first.valid_to == datetime(2026, 3, 10, 11, tzinfo=UTC)
    assert (second.status, second.closed_on, second.amount) == (
        "won",
        day("2026-03-10"),
        Decimal("100.50"),
    )
    assert deal.created_at == berlin
    assert deal.stage_entered_at == second.valid_from
    assert (deal.credited_to, deal.category, deal.version) == (company["ann"], "closed", 1)
    assert {first.source, second.source} == {"import"}
    history.check()


def test_before_the_closing_only_the_list_price_was_known(company):
    ProductFactory(name="Pump", list_price=90, currency="USD")
    header = f"{HEADER} | Product"
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Won | 100 | 2026-03-10 | 2026-01-05 | Pump",
            "2 | B | Ann Lee | Acme | Lost | 0 | 2026-03-10 | 2026-01-05 | Pump",
            "3 | C | Ann Lee | Acme | Qualify |  |  | 2026-01-05 | Pump",
            header=header,
        ),
        list_price=PRICED,
    )

    amounts = DealVersion.objects.order_by("deal__external_id", "valid_from")
    assert list(amounts.values_list("deal__external_id", "status", "amount")) == [
        ("1", "open", Decimal(90)),
        ("1", "won", Decimal(100)),
        ("2", "open", Decimal(90)),
        ("2", "lost", Decimal(90)),
        ("3", "open", Decimal(90)),
    ]
    lines = Deal.objects.order_by("external_id").values_list("lines__unit_price", flat=True)
    assert list(lines) == [Decimal(100), Decimal(90), Decimal(90)]


def test_rows_without_dates_are_of_the_day_of_the_data(company):
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Qualify | 10 | | ", "2 | B | Ann Lee | Acme | Won | 10 | | "
        ),
        as_of=day("2026-06-30"),
        undated=True,
    )

    opened, won = Deal.objects.order_by("external_id")
    assert opened.created_at == datetime(2026, 6, 29, 22, tzinfo=UTC)
    assert won.closed_on == day("2026-06-30")
    assert won.versions.count() == 1


def test_one_close_date_is_expected_or_actual_by_the_stage(company):
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Qualify | 10 | 2027-01-31 | 2026-01-05",
            "2 | B | Ann Lee | Acme | Lost | 10 | 2026-02-01 | 2026-01-05",
        ),
    )

    opened, lost = Deal.objects.order_by("external_id")
    assert (opened.expected_close_on, opened.closed_on) == (day("2027-01-31"), None)
    assert (lost.expected_close_on, lost.closed_on) == (None, day("2026-02-01"))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1 | A | Nobody | Acme | Won | 10 | 2026-02-01 | ", "Owner", "No person has this name."),
        ("1 | A | | Acme | Won | 10 | 2026-02-01 | ", "Owner", "It must not be blank."),
        ("1 | A | Ann Lee | Acme | | 10 | | ", "Stage", "It must not be blank."),
        ("1 | A | Ann Lee | Acme | Won | ten | | ", "Amount", "This is not a number."),
        ("1 | A | Ann Lee | Acme | Won | NaN | | ", "Amount", "This is not a number."),
        (
            "1 | A | Ann Lee | Acme | Won | 9999999999999 | | ",
            "Amount",
            "This is more than can be stored.",
        ),
        ("1 | A | Ann Lee | Acme | Won | 1 | None | ", "Close date", "This is not a date."),
        ("1 | A | Ann Lee | Acme | Won | 1 | 2026-02-30 | ", "Close date", "This is not a date."),
        (
            "1 | A | Ann Lee | Acme | Won | 1 | 2027-02-01 | ",
            "Close date",
            "A won deal cannot be closed in the future.",
        ),
        (
            "1 | A | Ann Lee | Acme | Qualify | 1 | | 2027-02-01",
            "Created date",
            "It lies in the future.",
        ),
        (
            "1 | A | Ann Lee | Acme | Won | €1 | 2026-02-01 | ",
            "Amount",
            "There is no exchange rate for EUR on 2026-02-01: set it first.",
        ),
        (
            " | A | Ann Lee | Acme | Won | 1 | 2026-02-01 | ",
            "Deal ID",
            "It must not be blank: rows are known by it.",
        ),
        (
            f"1 | {'x' * 201} | Ann Lee | Acme | Won | 1 | | ",
            "Deal name",
            "It has 201 signs; 200 are the most.",
        ),
        (
            "1 | a\u202eb | Ann Lee | Acme | Won | 1 | | ",
            "Deal name",
            "It holds invisible signs that turn the direction of the text.",
        ),
        ("1 | A", "", "The row has 2 cells where the header has 8."),
    ],
)
def test_a_bad_row_is_refused_with_its_column_and_reason(company, row, column, reason):
    run = planned("deals", deals(row))

    assert counts(run) == {"refuse": 1}
    assert refusals(run) == [(2, column, reason)]


def test_a_run_with_refused_rows_does_nothing_unless_they_are_skipped(company):
    content = deals(
        "1 | A | Ann Lee | Acme | Won | 1 | 2026-02-01 | ", "2 | B | Nobody | Acme | Won | 1 | | "
    )
    run = planned("deals", content)

    with pytest.raises(Exception, match="1 row is refused"):
        executed(run)
    assert not Deal.objects.exists()

    executed(run, skip_refused=True)
    assert list(Deal.objects.values_list("external_id", flat=True)) == ["1"]
    assert run.outcome["counts"] == run.plan["counts"]


def test_unknown_values_are_asked_once_with_a_suggestion(company):
    ProductFactory(name="GTX Pro")
    header = f"{HEADER} | Product"
    content = deals(
        "1 | A | Ann Lee | Acme | Won | 1 | 2026-02-01 | | GTXPro",
        "2 | B | Ann Lee | Acme | Qualifying | 1 | | | GTXPro",
        header=header,
    )
    run = planned("deals", content)

    asked = {(u["subject"], u["text"], u["count"], u["suggestion"]) for u in run.plan["unknown"]}
    product = Product.objects.get()
    assert asked == {
        ("product", "GTXPro", 2, product.pk),
        ("stage", "Qualifying", 1, company["open"].pk),
    }

    run = planned(
        "deals",
        content,
        answers={
            "product:GTXPro": Answer(target=product.pk),
            "stage:Qualifying": Answer(create=True, kind="open"),
        },
    )
    assert counts(run) == {"create": 2}
    executed(run)
    made = Stage.objects.get(name="Qualifying")
    assert (made.kind, made.default_category, made.order) == ("open", "pipeline", 30)
    # The answer is remembered: the next file with this text does not ask.
    again = planned(
        "deals", deals("3 | C | Ann Lee | Acme | Won | 1 | 2026-02-01 | | GTXPro", header=header)
    )
    assert counts(again) == {"create": 1}
    assert again.plan["answered"] == [{"subject": "product", "text": "GTXPro", "count": 1}]


def test_what_only_refused_rows_name_is_not_made(company):
    content = deals(
        "1 | A | Ann Lee | Newco | Won | 1 | 2026-02-01 | ",
        "2 | B | Ann Lee | Otherco | Won | bad | | ",
    )
    run = planned("deals", content, create=["account"])

    assert list(run.creations.values_list("name", flat=True)) == ["Newco"]
    executed(run, skip_refused=True)
    assert sorted(Account.objects.values_list("name", flat=True)) == ["Acme", "Newco"]


def test_an_account_can_be_answered_with_nothing(company):
    run = planned(
        "deals",
        deals("1 | A | Ann Lee | Unknown | Won | 1 | 2026-02-01 | "),
        answers={"account:Unknown": Answer(blank=True)},
    )
    executed(run)

    assert Deal.objects.get().account is None


def test_owners_are_known_by_name_e_mail_and_both_forms_of_an_id(company):
    company["ann"].external_id = "0051G000005MumpQAC"
    company["ann"].save()
    imported(
        "deals",
        deals(
            "1 | A | ANN  LEE | Acme | Won | 1 | 2026-02-01 | ",
            "2 | B | Ann@Example.com | Acme | Won | 1 | 2026-02-01 | ",
            "3 | C | 0051G000005Mump | Acme | Won | 1 | 2026-02-01 | ",
            "4 | D | 0051G000005MumpQAC | Acme | Won | 1 | 2026-02-01 | ",
        ),
    )

    assert Deal.objects.filter(owner=company["ann"]).count() == 4


def test_ids_of_fifteen_and_eighteen_signs_are_one_deal(company):
    header = HEADER.replace("Deal ID", "Opportunity ID").replace("Deal name", "Opportunity Name")
    header = header.replace("Stage", "StageName").replace("Owner", "Opportunity Owner")
    row = "{} | A | Ann Lee | Acme | Won | 1 | 2026-02-01 | "
    imported("deals", deals(row.format("006q000000Hddoh"), header=header))
    run = planned("deals", deals(row.format("006q000000HddohAAB"), header=header))

    assert counts(run) == {"leave": 1}
    assert Deal.objects.get().external_id == "006q000000HddohAAB"


def test_a_file_without_ids_knows_deals_by_what_they_are_and_says_so(company):
    header = HEADER.removeprefix("Deal ID | ")
    row = "Pumps | Ann Lee | Acme | Qualify | 1 | | 2026-01-05"
    imported("deals", deals(row, header=header))
    run = planned("deals", deals(row, row.replace("01-05", "01-06"), header=header))

    assert counts(run) == {"create": 1, "leave": 1}
    assert any("no id column" in text for text in run.plan["decisions"])


def test_several_lines_of_a_deal_are_one_deal_with_lines(company):
    ProductFactory(name="Pump", list_price=10)
    ProductFactory(name="Hose", list_price=5)
    header = f"{HEADER} | Product | Quantity"
    row = "1 | A | Ann Lee | Acme | Qualify | | | 2026-01-05 | "
    content = deals(f"{row}Pump | 2", f"{row}Hose | 3", f"{row}Hose | 3", header=header)
    run = imported("deals", content, list_price=PRICED)

    assert counts(run) == {"create": 1, "part": 2}
    deal = Deal.objects.get()
    assert deal.amount == 35
    assert sorted(deal.lines.values_list("product__name", "quantity", "unit_price")) == [
        ("Hose", 3, 5),
        ("Pump", 2, 10),
    ]
    assert counts(planned("deals", content, list_price=PRICED)) == {"leave": 1, "part": 2}


def test_the_same_id_with_other_values_is_refused_naming_the_difference(company):
    run = planned(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Qualify | 1 | | 2026-01-05",
            "1 | A | Ann Lee | Acme | Qualify | 2 | | 2026-01-05",
        ),
    )

    assert counts(run) == {"create": 1, "refuse": 1}
    assert refusals(run) == [(3, "", "Row 2 is the same deal with another amount.")]


def test_a_changed_deal_gets_a_version_and_keeps_the_old_one(company):
    imported("deals", deals("1 | A | Ann Lee | Acme | Qualify | 10 | 2027-01-31 | 2026-01-05"))
    run = imported(
        "deals", deals("1 | A | Ann Lee | Acme | Propose | 12 | 2027-02-28 | 2026-01-05")
    )

    assert counts(run) == {"change": 1}
    row = run.rows.get()
    assert row.changes["amount"] == [10.0, 12]
    old, new = DealVersion.objects.order_by("valid_from")
    assert (old.stage.name, old.amount, new.stage.name, new.amount) == (
        "Qualify",
        10,
        "Propose",
        12,
    )
    assert old.valid_to == new.valid_from


def test_a_deal_found_closed_closed_on_its_day(company):
    imported("deals", deals("1 | A | Ann Lee | Acme | Qualify | 10 | 2027-01-31 | 2026-01-05"))
    imported("deals", deals("1 | A | Ann Lee | Acme | Won | 12 | 2026-03-10 | 2026-01-05"))

    won = DealVersion.objects.get(status="won")
    assert (won.closed_on, won.valid_from) == (
        day("2026-03-10"),
        datetime(2026, 3, 10, 11, tzinfo=UTC),
    )
    history.check()


def test_data_older_than_a_change_here_is_refused(company):
    imported("deals", deals("1 | A | Ann Lee | Acme | Qualify | 10 | | 2026-01-05"))
    imported("deals", deals("1 | A | Ann Lee | Acme | Qualify | 11 | | 2026-01-05"))
    run = planned(
        "deals",
        deals("1 | A | Ann Lee | Acme | Qualify | 12 | | 2026-01-05"),
        as_of=day("2026-02-01"),
    )

    assert counts(run) == {"refuse": 1}
    assert "later change here" in refusals(run)[0][2]


def test_blank_cells_never_erase(company):
    imported("deals", deals("1 | A | Ann Lee | Acme | Qualify | 10 | 2027-01-31 | 2026-01-05"))
    run = planned("deals", deals("1 | | Ann Lee | | Qualify | | | "))

    assert counts(run) == {"leave": 1}


def test_pipedrives_status_closes_a_deal_that_stands_in_an_open_stage(company):
    header = (
        "Deal - Title | Deal - Owner | Deal - Stage | Deal - Status | Deal - Value | "
        "Deal - Deal created | Deal - Won time"
    )
    imported(
        "deals",
        deals("A | Ann Lee | Propose | Won | 10 | 2026-01-05 | 2026-02-05 10:30:00", header=header),
    )

    first, second = DealVersion.objects.order_by("valid_from")
    assert (first.stage.name, second.stage.name) == ("Propose", "Won")
    assert second.valid_from == datetime(2026, 2, 5, 9, 30, tzinfo=UTC)


def test_amounts_in_other_currencies_carry_the_rate_of_their_day(company):
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 1, 1), rate="1.10")
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 3, 1), rate="1.20")
    header = HEADER.replace("Amount", "Amount | Amount Currency")
    imported(
        "deals",
        deals("1 | A | Ann Lee | Acme | Won | 100 | EUR | 2026-03-10 | 2026-01-05", header=header),
    )

    won = DealVersion.objects.get(status="won")
    assert (won.currency, won.amount, won.amount_base) == ("EUR", 100, Decimal("120.00"))
    assert (won.exchange_rate, won.exchange_rate_from) == (Decimal("1.2"), date(2026, 3, 1))


def test_what_was_known_before_the_closing_has_the_rate_of_the_creation(company):
    ProductFactory(name="Pump", list_price=90, currency="EUR")
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 1, 1), rate="1.10")
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 3, 1), rate="1.20")
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Won | 100 | EUR | 2026-03-10 | 2026-01-05 | Pump",
            "2 | B | Ann Lee | Acme | Won | 100 | EUR | 2026-03-10 | 2026-01-05 |",
            header=HEADER.replace("Amount", "Amount | Amount Currency") + " | Product",
        ),
        list_price=PRICED,
    )

    rows = DealVersion.objects.order_by("deal__external_id", "valid_from").values_list(
        "amount", "amount_base", "exchange_rate", "exchange_rate_from"
    )
    won = (Decimal(100), Decimal(120), Decimal("1.2"), date(2026, 3, 1))
    assert list(rows) == [
        (Decimal(90), Decimal(99), Decimal("1.1"), date(2026, 1, 1)),
        won,
        (None, None, None, None),
        won,
    ]
    history.check()


@pytest.mark.parametrize("cell", ["$1,234.50", "1,234.50 USD", "USD 1,234.50", "1234.50"])
def test_signs_and_codes_of_the_files_currency_are_taken(company, cell):
    imported("deals", deals(f"1 | A | Ann Lee | Acme | Won | {cell} | 2026-03-10 | "))

    assert Deal.objects.get().amount == Decimal("1234.50")


def test_an_ambiguous_column_is_asked_for_and_then_read_as_told(company):
    from django.core.exceptions import ValidationError

    content = deals("1 | A | Ann Lee | Acme | Won | 1,234 | 01/02/2026 | ")
    with pytest.raises(ValidationError) as refused:
        planned("deals", content)
    assert len(refused.value.messages) == 2

    run = uploaded("deals", content)
    mark, order = Format(mark=","), Format(order="mdy")
    imported("deals", content, formats={5: mark, 6: order})
    deal = Deal.objects.get()
    assert (deal.amount, deal.closed_on) == (Decimal("1.23"), day("2026-01-02"))
    assert run.profile["columns"][5]["number_certain"] is False


def test_a_closing_before_the_entry_appears_closed_from_the_entry(company):
    run = imported("deals", deals("1 | A | Ann Lee | Acme | Won | 5 | 2026-01-02 | 2026-02-05"))

    version = DealVersion.objects.get()
    assert (version.status, version.closed_on) == ("won", day("2026-01-02"))
    assert version.valid_from == datetime(2026, 2, 4, 23, tzinfo=UTC)
    assert any("closed before the day it was entered" in text for text in run.plan["notices"])


def test_forecast_categories_override_only_where_they_differ(company):
    header = f"{HEADER} | Forecast category"
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Qualify | 5 | | | Commit",
            "2 | B | Ann Lee | Acme | Qualify | 5 | | | Pipeline",
            header=header,
        ),
    )

    assert list(
        Deal.objects.order_by("external_id").values_list("category_override", "category")
    ) == [
        ("commit", "commit"),
        (None, "pipeline"),
    ]


def test_lost_reasons_outside_the_vocabulary_are_kept_as_notes(company):
    header = f"{HEADER} | Lost reason"
    imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Lost | 5 | 2026-02-01 | | Price",
            "2 | B | Ann Lee | Acme | Lost | 5 | 2026-02-01 | | Bad weather",
            header=header,
        ),
    )

    assert list(Deal.objects.order_by("external_id").values_list("lost_reason", "lost_note")) == [
        ("price", ""),
        ("other", "Bad weather"),
    ]


def test_a_competitor_of_the_list_is_taken_and_another_kept_in_the_note(company):
    rival = Competitor.objects.create(name="Rival Works")
    header = f"{HEADER} | Lost reason | Competitor"
    run = imported(
        "deals",
        deals(
            "1 | A | Ann Lee | Acme | Lost | 5 | 2026-02-01 | | Price | rival  works",
            "2 | B | Ann Lee | Acme | Lost | 5 | 2026-02-01 | | Bad weather | Sun & Co",
            "3 | C | Ann Lee | Acme | Lost | 5 | 2026-02-01 | | | Sun & Co",
            "4 | D | Ann Lee | Acme | Qualify | 5 | | | | Rival Works",
            "5 | E | Ann Lee | Acme | Qualify | 5 | | | | Sun & Co",
            header=header,
        ),
    )

    found = Deal.objects.order_by("external_id")
    assert list(found.values_list("lost_reason", "competitor", "lost_note")) == [
        ("price", rival.pk, ""),
        ("other", None, "Bad weather; lost to Sun & Co"),
        (None, None, "Lost to Sun & Co"),
        (None, rival.pk, ""),
        (None, None, ""),
    ]
    assert Competitor.objects.count() == 1
    told = " ".join(run.plan["notices"])
    assert "has a competitor off the list, which is not taken" in told
    first = found[0]
    assert list(first.versions.order_by("valid_from").values_list("lost_reason", "competitor")) == [
        ("price", rival.pk)
    ]
    history.check()


def test_a_deal_that_a_file_opens_again_loses_its_reason_and_gets_it_back_by_undoing(company):
    header = f"{HEADER} | Lost reason"
    row = "1 | A | Ann Lee | Acme | {} | 5 | 2026-02-01 | 2026-01-05 | {}"
    imported("deals", deals(row.format("Lost", "Bad weather"), header=header))
    deal = Deal.objects.get()

    run = imported("deals", deals(row.format("Qualify", ""), header=header))

    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason, deal.lost_note) == ("open", None, "")
    reasons = deal.versions.order_by("valid_from").values_list("status", "lost_reason")
    assert list(reasons) == [("open", None), ("lost", "other"), ("open", None)]
    undone(run)
    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason, deal.lost_note) == ("lost", "other", "Bad weather")
    history.check()


def test_a_day_to_wait_until_is_taken_changed_and_undone(company):
    header = f"{HEADER} | Wait until"
    row = "1 | A | Ann Lee | Acme | Qualify | 5 | | 2026-01-05 | {}"
    imported("deals", deals(row.format("2026-09-01"), header=header))
    deal = Deal.objects.get()
    assert deal.wait_until == day("2026-09-01")

    run = imported("deals", deals(row.format("2026-10-01"), header=header))

    assert run.rows.get().changes["wait_until"] == ["2026-09-01", "2026-10-01"]
    waits = deal.versions.order_by("valid_from").values_list("wait_until", flat=True)
    assert list(waits) == [day("2026-09-01"), day("2026-10-01")]
    undone(run)
    deal.refresh_from_db()
    assert deal.wait_until == day("2026-09-01")
    history.check()


def test_a_day_to_wait_until_that_no_deal_waits_for_is_refused(company):
    row = "1 | A | Ann Lee | Acme | Qualify | 5 | | | 1899-03-01"

    run = planned("deals", deals(row, header=f"{HEADER} | Wait until"))

    ((number, column, reason),) = refusals(run)
    assert (number, column) == (2, "Wait until")
    assert reason == "The year 1899 cannot be right."


def years():
    periods = FiscalPeriod.objects.filter(kind="year").order_by("start_on")
    return [period.start_on.year for period in periods]


def test_history_before_the_calendar_gets_its_fiscal_years(company):
    calendar.ensure_years(2023, 2028)
    content = deals(
        "1 | A | Ann Lee | Acme | Won | 10 | 2017-03-05 | 2016-10-20",
        "2 | B | Ann Lee | Acme | Qualify | 10 | 2029-01-31 | 2026-01-05",
        "3 | C | Ann Lee | Acme | Qualify | 10 | 2120-01-31 | 2026-01-05",
        "4 | D | Nobody | Acme | Won | 10 | 1999-01-31 | 1998-01-05",
    )
    run = planned("deals", content)

    assert years() == list(range(2023, 2029))
    assert any("adds the fiscal years FY 2016 to FY 2029" in text for text in run.plan["notices"])
    executed(run, skip_refused=True)
    assert years() == list(range(2016, 2030))
    assert FiscalPeriod.objects.filter(kind="month").count() == 14 * 12
    added = AuditEntry.objects.filter(action="calendar.add_year").count()
    assert added == 8
    again = planned("deals", content)
    assert not any("fiscal" in text for text in again.plan["notices"])


def test_dates_inside_the_calendar_add_no_year(company):
    calendar.ensure_years(2024, 2027)
    run = imported("deals", deals("1 | A | Ann Lee | Acme | Won | 10 | 2025-03-05 | 2024-10-20"))

    assert run.plan["years"] == []
    assert years() == [2024, 2025, 2026, 2027]
