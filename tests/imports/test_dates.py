from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.dates import DateEvidence, Order, excel_day, readings

PLAIN = {
    "2017-03-01": date(2017, 3, 1),
    "2017/3/1": date(2017, 3, 1),
    "3 Mar 2017": date(2017, 3, 3),
    "03-Mar-17": date(2017, 3, 3),
    "March 3, 2017": date(2017, 3, 3),
    "20170301": date(2017, 3, 1),
    "45631": date(2024, 12, 5),
    "45631.0": date(2024, 12, 5),
    "45631.5": datetime(2024, 12, 5, 12),
    "2019-12-04 12:48:22": datetime(2019, 12, 4, 12, 48, 22),
    "2021-01-07T8:15:46Z": datetime(2021, 1, 7, 8, 15, 46, tzinfo=UTC),
    "2019-10-17T21:10:19.000+0000": datetime(2019, 10, 17, 21, 10, 19, tzinfo=UTC),
    "1512345678000": datetime(2017, 12, 4, 0, 1, 18, tzinfo=UTC),
}


@pytest.mark.parametrize("text", PLAIN)
def test_dates_that_say_their_order_need_no_choice(text):
    assert readings(text) == {None: PLAIN[text]}


def test_three_numbers_mean_what_the_order_says():
    assert readings("01/02/2017") == {Order.DMY: date(2017, 2, 1), Order.MDY: date(2017, 1, 2)}
    assert readings("31.12.2026") == {Order.DMY: date(2026, 12, 31)}
    assert readings("12/31/2026") == {Order.MDY: date(2026, 12, 31)}
    assert readings("20-10-16") == {Order.DMY: date(2016, 10, 20), Order.YMD: date(2020, 10, 16)}
    assert readings("3/1/2017, 4:05 PM")[Order.MDY] == datetime(2017, 3, 1, 16, 5)


@pytest.mark.parametrize(
    "text", ["None", "NaT", "2017-13-01", "31/31/2017", "12/2017", "3/1/2017 25:00", "٣/١/٢٠١٧", ""]
)
def test_what_is_no_date_means_nothing(text):
    assert readings(text) == {}


def test_one_value_decides_for_its_column():
    evidence = DateEvidence()
    evidence.add(["01/02/2017", "03/04/2017", "25/12/2017"])

    assert evidence.candidates == [Order.DMY]
    assert evidence.is_certain


def test_a_column_that_fits_two_orders_is_not_certain():
    evidence = DateEvidence()
    evidence.add(["01/02/2017", "03/04/2017"])

    assert not evidence.is_certain
    assert evidence.example == "01/02/2017"


def test_days_that_read_alike_in_every_order_need_no_answer():
    evidence = DateEvidence()
    evidence.add(["01/01/2017", "05/05/2017"])

    assert evidence.is_certain


def test_values_that_contradict_each_other_leave_the_order_open():
    evidence = DateEvidence()
    evidence.add(["25/12/2017", "12/25/2017", "25/11/2017"])

    assert evidence.candidates == []
    assert not evidence.is_certain
    assert evidence.suggestion is Order.DMY


def test_plain_dates_among_others_do_not_decide_for_them():
    evidence = DateEvidence()
    evidence.add(["2017-12-25", "01/02/2017", "None"])

    assert (evidence.dates, evidence.plain, evidence.others) == (2, 1, 1)
    assert not evidence.is_certain


@given(st.dates(date(1980, 1, 1), date(2199, 12, 31)))
def test_every_day_written_in_an_order_reads_back_in_it(day):
    assert readings(f"{day:%d.%m.%Y}")[Order.DMY] == day
    assert readings(f"{day:%m/%d/%Y}")[Order.MDY] == day
    assert readings(day.isoformat()) == {None: day}


def test_excel_counts_from_the_thirtieth_of_december():
    assert excel_day(25569) == date(1970, 1, 1)
