"""How numbers and dates read on a page: the functions behind the template filters.

Each takes an exact value and returns text; None, the undefined, is an em dash everywhere. A
value of the wrong type raises TypeError, so a forgotten conversion is seen in the first test.
"""

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from kit.money import half_up, whole

DASH = "\N{EM DASH}"
INFINITY = "\N{INFINITY}"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SHORT_UNITS = (("k", 3), ("M", 6), ("B", 9), ("T", 12))


def money(amount: Decimal | int | None) -> str:
    """Whole units with thousands separators, rounded half up: Decimal("1200.50") is "1,201"."""
    if amount is None:
        return DASH
    return f"{_unsigned_zero(whole(exact(amount))):,f}"


def money_exact(amount: Decimal | int | None) -> str:
    """Units and cents: Decimal("1200.5") is "1,200.50"."""
    if amount is None:
        return DASH
    return f"{_unsigned_zero(half_up(exact(amount))):,f}"


def rate(value: Decimal) -> str:
    """An exchange rate, as exact as it is kept, with two decimals at least: "1.10", "0.0062"."""
    plain = value.normalize()
    return f"{max(plain, plain.quantize(Decimal('0.01')), key=_decimals):f}"


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def money_short(amount: Decimal | int | None) -> str:
    """Three digits or so, for tight places: 950, 1.2k, 340k, 1.2M, 12.3M."""
    if amount is None:
        return DASH
    value = exact(amount)
    if abs(whole(value)) < 1000:
        return money(whole(value))
    for letter, power in SHORT_UNITS:
        scaled = value.scaleb(-power)
        # One decimal, except for tens and hundreds of thousands, where it is noise.
        wide = letter == "k" and abs(scaled) >= 10
        text = scaled.quantize(Decimal(1) if wide else Decimal("0.1"), rounding=ROUND_HALF_UP)
        if abs(text) < 1000:
            break
    return f"{text:,f}".removesuffix(".0") + letter


def count(number: int | Decimal | None) -> str:
    """A whole number with thousands separators; a Decimal must be whole too."""
    if number is None:
        return DASH
    value = exact(number)
    if value != value.to_integral_value():
        raise ValueError(f"a count is a whole number, not {number}")
    return f"{int(value):,}"


def percent(fraction: Decimal | float | None) -> str:
    """A fraction as percent with one decimal, half up: 0.4235 is "42.4 %"."""
    if fraction is None:
        return DASH
    return f"{_unsigned_zero(_rounded(number(fraction) * 100)):,f} %"


def ratio(value: Decimal | float | None) -> str:
    """A multiple with one decimal: "2.1x"; an infinite one, as coverage of a met quota, "∞"."""
    if value is None:
        return DASH
    if isinstance(value, float | Decimal) and math.isinf(value):
        return INFINITY if value > 0 else f"-{INFINITY}"
    return f"{_unsigned_zero(_rounded(number(value))):,f}x"


def days(value: Decimal | float | None) -> str:
    """A length in days, with one decimal where it is not whole: "1 day", "12 days", "12.5 days"."""
    if value is None:
        return DASH
    text = f"{_unsigned_zero(_rounded(number(value))):,f}".removesuffix(".0")
    return f"{text} day" if text in {"1", "-1"} else f"{text} days"


def day(value: date | None) -> str:
    """A date as "23 Nov 2026"; of a moment, the day in the active time zone."""
    if value is None:
        return DASH
    value = local_day(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime | None) -> str:
    """A moment as "23 Nov 2026, 14:05" in the active time zone."""
    if value is None:
        return DASH
    local = local_moment(value)
    return f"{day(local)}, {local:%H:%M}"


def ago(value: date | None, now: date) -> str:
    """How long before ``now``, both moments or both days: "3 hours ago", "in 2 days"."""
    if value is None:
        return DASH
    if isinstance(value, datetime) != isinstance(now, datetime):
        raise TypeError("ago compares two moments or two days, not one of each")
    if isinstance(value, datetime) and isinstance(now, datetime):
        seconds = int((now - value).total_seconds())
        if abs(seconds) < 60:
            return "just now"
        if abs(seconds) < 3600:
            return _distance(int(seconds / 60), "minute")
        if abs(seconds) < 86400:
            return _distance(int(seconds / 3600), "hour")
    return _days_ago((local_day(now) - local_day(value)).days)


def ident(number: int) -> str:
    """A row's number as it is in addresses, without separators."""
    if type(number) is not int:
        raise TypeError(f"an id is an int, not {type(number).__name__}")
    return str(number)


def exact(value: Any) -> Decimal:
    """Return an int or a finite Decimal as Decimal; floats do not belong in money or counts."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"expected Decimal or int, not {type(value).__name__}")
    return _finite(Decimal(value))


def number(value: Any) -> Decimal:
    """Return an int, finite Decimal or finite float as the Decimal that it prints as."""
    if isinstance(value, float):
        return _finite(Decimal(repr(float(value))))
    return exact(value)


def local_day(value: date) -> date:
    """Return a day as it is, and a moment as its day in the active time zone."""
    if isinstance(value, datetime):
        return local_moment(value).date()
    if not isinstance(value, date):
        raise TypeError(f"expected a date, not {type(value).__name__}")
    return value


def local_moment(value: datetime) -> datetime:
    """Return a moment in the active time zone; one without a zone raises ValueError."""
    if not isinstance(value, datetime):
        raise TypeError(f"expected a datetime, not {type(value).__name__}")
    return timezone.localtime(value)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("undefined is None, not a special number")
    return value


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _unsigned_zero(value: Decimal) -> Decimal:
    return abs(value) if value == 0 else value


def _days_ago(between: int) -> str:
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    if between in near:
        return near[between]
    for limit, length, unit in ((14, 1, "day"), (61, 7, "week"), (730, 30.44, "month")):
        if abs(between) < limit:
            return _distance(int(between / length), unit)
    return _distance(int(between / 365.25), "year")


def _distance(units: int, unit: str) -> str:
    size = abs(units)
    words = f"{size} {unit}" if size == 1 else f"{size} {unit}s"
    return f"{words} ago" if units > 0 else f"in {words}"


FORMATS: dict[str, Callable[[Any], str]] = {
    "money": money,
    "money_exact": money_exact,
    "count": count,
    "percent": percent,
    "ratio": ratio,
    "days": days,
    "day": day,
    "moment": moment,
}
