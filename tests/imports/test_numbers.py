from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.numbers import Mark, NumberEvidence, readings

POINT, COMMA = Mark.POINT, Mark.COMMA
MEANINGS = {
    "1,234.50": {POINT: "1234.50"},
    "1.234,50": {COMMA: "1234.50"},
    "1,234": {POINT: "1234", COMMA: "1.234"},
    "1 234,56": {COMMA: "1234.56"},
    "CHF 1'234.50": {POINT: "1234.50"},
    "$22,700.00": {POINT: "22700.00"},
    "-$5.10": {POINT: "-5.10"},
    "0,123": {COMMA: "0.123"},
    "1,234,567": {POINT: "1234567"},
    "1.000.000": {COMMA: "1000000"},
    "12,5": {COMMA: "12.5"},
    "(1,000.25)": {POINT: "-1000.25"},
    "5-": {POINT: "-5", COMMA: "-5"},
    "\u22125": {POINT: "-5", COMMA: "-5"},
    "1 000": {POINT: "1000", COMMA: "1000"},
    "1,23,456": {POINT: "123456"},
    "₹12,34,567.50": {POINT: "1234567.50"},
    "1\u2009234\u2009567": {POINT: "1234567", COMMA: "1234567"},
    "1\u202f234,5": {COMMA: "1234.5"},
}


@pytest.mark.parametrize("text", MEANINGS)
def test_a_number_means_what_its_mark_says(text):
    found = {mark: number.value for mark, number in readings(text).items()}

    assert found == {mark: Decimal(value) for mark, value in MEANINGS[text].items()}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "None",
        "NaN",
        "1_000",
        "1e5",
        "1,2,345",
        "12,34,56",
        "--5",
        "(5",
        "٣",
        "$5 USD",
        "12.34.5",
        "1 00",
        "kr1USD",
        "Deal 1",
        "USDX1",
    ],
)
def test_what_is_no_number_means_nothing(text):
    assert readings(text) == {}


def test_a_sign_names_the_currency():
    assert readings("€1.000,00")[COMMA].currency == "EUR"
    assert readings("1,000 USD")[POINT].currency == "USD"
    assert readings("$10")[POINT].currency == "$"
    for text, code in {
        "kr12": "kr",
        "zł12": "PLN",
        "A$5": "AUD",
        "US$5": "USD",
        "CHF5": "CHF",
    }.items():
        assert readings(text)[POINT].currency == code


def test_one_value_decides_the_mark_of_its_column():
    evidence = NumberEvidence()
    evidence.add(["1,234", "5,678", "12,50"])

    assert evidence.candidates == [COMMA]
    assert evidence.is_certain


def test_thousands_alone_leave_the_mark_open():
    evidence = NumberEvidence()
    evidence.add(["1,234", "5,678", "99"])

    assert not evidence.is_certain
    assert evidence.example == "1,234"


def test_whole_numbers_need_no_mark():
    evidence = NumberEvidence()
    evidence.add(["1234", "0", "None"])

    assert evidence.is_certain
    assert evidence.others == 1


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_reads_back_in_both_notations(amount):
    point = f"{amount:,.2f}"
    comma = point.translate(str.maketrans(",.", ".,"))

    assert readings(point)[POINT].value == amount
    assert readings(comma)[COMMA].value == amount
