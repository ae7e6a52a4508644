from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone as django_timezone
from hypothesis import given
from hypothesis import strategies as st

from kit import display

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1200.50"), "1,201"),
        (Decimal("1200.49"), "1,200"),
        (Decimal("0.5"), "1"),
        (Decimal("-0.5"), "-1"),
        (Decimal("-0.4"), "0"),
        (Decimal("1E+6"), "1,000,000"),
        (1234567, "1,234,567"),
        (0, "0"),
        (None, "—"),
    ],
)
def test_money_is_whole_and_half_up(amount: Decimal | int | None, text: str) -> None:
    assert display.money(amount) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Decimal("1.10000000"), "1.10"),
        (Decimal("1.08250000"), "1.0825"),
        (Decimal("0.00620000"), "0.0062"),
        (Decimal("1E+2"), "100.00"),
    ],
)
def test_a_rate_has_the_digits_it_needs(rate: Decimal, text: str) -> None:
    assert display.rate(rate) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("2.675"), "2.68"),
        (Decimal("1200.5"), "1,200.50"),
        (Decimal("-0.001"), "0.00"),
        (5, "5.00"),
        (None, "—"),
    ],
)
def test_money_exact_has_cents(amount: Decimal | int | None, text: str) -> None:
    assert display.money_exact(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (999, "999"),
        (Decimal("999.5"), "1k"),
        (1000, "1k"),
        (1249, "1.2k"),
        (1250, "1.3k"),
        (9949, "9.9k"),
        (9950, "10k"),
        (340_499, "340k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_234_567, "1.2M"),
        (12_350_000, "12.4M"),
        (999_950_000, "1B"),
        (-1_234_567, "-1.2M"),
        (Decimal("1e15"), "1,000T"),
        (None, "—"),
    ],
)
def test_money_short_keeps_few_digits(amount: Decimal | int | None, text: str) -> None:
    assert display.money_short(amount) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (Decimal("0.423"), "42.3 %"),
        (Decimal("0.42350"), "42.4 %"),
        (0.4235, "42.4 %"),
        (1, "100.0 %"),
        (Decimal("12.5"), "1,250.0 %"),
        (-0.0001, "0.0 %"),
        (0.0, "0.0 %"),
        (None, "—"),
    ],
)
def test_percent_takes_a_fraction(fraction: Decimal | float | None, text: str) -> None:
    assert display.percent(fraction) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.05"), "2.1x"),
        (3, "3.0x"),
        (float("inf"), "∞"),
        (Decimal("-Infinity"), "-∞"),
        (None, "—"),
    ],
)
def test_ratio_may_be_infinite(value: Decimal | float | None, text: str) -> None:
    assert display.ratio(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1 day"),
        (12, "12 days"),
        (12.5, "12.5 days"),
        (Decimal("12.0"), "12 days"),
        (0, "0 days"),
        (None, "—"),
    ],
)
def test_days_drop_a_needless_decimal(value: Decimal | float | None, text: str) -> None:
    assert display.days(value) == text


def test_count_has_separators_and_no_decimals() -> None:
    assert display.count(12345) == "12,345"
    assert display.count(Decimal("3.0")) == "3"
    assert display.count(None) == "—"
    with pytest.raises(ValueError, match="whole number"):
        display.count(Decimal("3.5"))


def test_day_of_a_moment_is_the_day_where_the_organisation_is() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    with django_timezone.override(ZoneInfo("Asia/Tokyo")):
        assert display.day(late) == "24 Nov 2026"
        assert display.moment(late) == "24 Nov 2026, 08:30"
    assert display.day(date(2026, 1, 5)) == "5 Jan 2026"
    assert display.day(None) == display.moment(None) == "—"


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1, seconds=59), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=60), "8 weeks ago"),
        (timedelta(days=61), "2 months ago"),
        (timedelta(days=730), "1 year ago"),
        (timedelta(days=731), "2 years ago"),
        (timedelta(hours=-2), "in 2 hours"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=-20), "in 2 weeks"),
    ],
)
def test_ago_reads_as_people_say_it(before: timedelta, text: str) -> None:
    assert display.ago(NOW - before, NOW) == text


def test_ago_of_days_knows_no_hours() -> None:
    assert display.ago(date(2026, 11, 23), date(2026, 11, 23)) == "today"
    assert display.ago(None, NOW) == "—"
    with pytest.raises(TypeError, match="not one of each"):
        display.ago(date(2026, 11, 23), NOW)


WRONG = [
    (display.money, 1.5),
    (display.money, "12"),
    (display.money, ""),
    (display.money, True),
    (display.money_exact, 1.5),
    (display.money_short, 1.5),
    (display.count, 1.0),
    (display.count, "3"),
    (display.percent, "0.5"),
    (display.percent, Fraction(1, 2)),
    (display.ratio, "2"),
    (display.days, timedelta(days=1)),
    (display.day, "2026-11-23"),
    (display.moment, date(2026, 11, 23)),
    (display.ident, "7"),
    (display.ident, True),
]


@pytest.mark.parametrize(("shown", "value"), WRONG)
def test_a_wrong_type_raises(shown: object, value: object) -> None:
    with pytest.raises(TypeError):
        shown(value)  # type: ignore[operator]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_special_numbers_are_not_shares(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="None"):
        display.percent(value)


def test_a_moment_without_a_zone_raises() -> None:
    with pytest.raises(ValueError, match="naive"):
        display.day(datetime(2026, 11, 23))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
    )
)
def test_money_is_the_nearest_whole_unit(amount: Decimal) -> None:
    shown = Decimal(display.money(amount).replace(",", ""))

    assert abs(shown - amount) <= Decimal("0.5")
    assert display.money(-amount) in {
        f"-{display.money(amount)}",
        display.money(amount).removeprefix("-"),
    }


def test_filters_are_the_same_functions() -> None:
    source = (
        "{{ a|money }} {{ a|money_exact }} {{ b|percent }} {{ n|count }} {{ d|ago:d }} {{ n|id }}"
    )
    context = Context({"a": Decimal("1200.5"), "b": 0.5, "n": 1201, "d": date(2026, 1, 1)})

    assert Template(source).render(context) == "1,201 1,200.50 50.0 % 1,201 today 1201"


def test_a_misspelt_name_in_a_template_raises() -> None:
    with pytest.raises(TypeError):
        Template("{{ deal.amuont|money }}").render(Context({"deal": {"amount": 1}}))


def test_zones_other_than_utc_are_converted() -> None:
    there = timezone(timedelta(hours=-5))

    assert display.moment(datetime(2026, 11, 22, 22, 0, tzinfo=there)) == "23 Nov 2026, 03:00"


@pytest.mark.parametrize("value", [1, 1.5, Decimal(2), date(2026, 1, 1)])
def test_guard_refuses_a_bare_number(value: object) -> None:
    with pytest.raises(AssertionError, match="without a filter"):
        Template("{{ value }}").render(Context({"value": value}))


def test_guard_lets_text_pass() -> None:
    context = Context({"value": 1201, "word": "Deals", "flag": True})

    assert Template("{{ value|count }} {{ word }} {{ flag }}").render(context) == "1,201 Deals True"
