"""Dates as people and programs write them; the order of day and month is decided per column."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

EXCEL_EPOCH = date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1980, 2199
# Two digits of a year mean 1969 to 2068, as POSIX has it.
PIVOT = 69


class Order(StrEnum):
    """In which order a date of three numbers is written."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


ORDER_LABELS = {
    Order.DMY: "day, month, year (31.12.2026)",
    Order.MDY: "month, day, year (12/31/2026)",
    Order.YMD: "year, month, day (26-12-31)",
}

Day = date | datetime

_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<a>\d{{4}})[-/.](?P<b>\d{{1,2}})[-/.](?P<c>\d{{1,2}}){_TIME}", re.ASCII
)
_NUMBERS = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<s>[-/. ])(?P<b>\d{{1,2}})(?P=s)\s?(?P<c>\d{{4}}|\d{{2}}){_TIME}",
    re.ASCII,
)
_DAY_NAMED = re.compile(
    rf"(?P<a>\d{{1,2}})[. -]\s?(?P<name>[A-Za-z]{{3,9}})[., -]+(?P<c>\d{{4}}|\d{{2}}){_TIME}",
    re.ASCII,
)
_NAMED_DAY = re.compile(
    rf"(?P<name>[A-Za-z]{{3,9}})[. ]+(?P<a>\d{{1,2}})(?:,| )\s*(?P<c>\d{{4}}){_TIME}", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?", re.ASCII)
_MILLIS = re.compile(r"\d{13}", re.ASCII)

_MONTHS = {
    name[:length]: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
    for length in range(3, 10)
}


def readings(text: str) -> dict[Order | None, Day]:
    """Return what the text can mean as a date: by order, or under None where the order is plain.

    A time without a zone gives a naive datetime, one with a zone an aware one. Nothing that
    could be meant gives an empty dict.
    """
    if not text[:1].isdecimal():
        match = _NAMED_DAY.fullmatch(text)
        return _named(match) if match else {}
    if match := _YEAR_FIRST.fullmatch(text):
        return _only(_built(match, match["a"], match["b"], match["c"]))
    if match := _NUMBERS.fullmatch(text):
        return _by_order(match)
    if match := _DAY_NAMED.fullmatch(text):
        return _named(match)
    return _only(_from_digits(text))


def _named(match: re.Match[str]) -> dict[Order | None, Day]:
    month = _MONTHS.get(match["name"].lower())
    return _only(_built(match, match["c"], str(month), match["a"])) if month else {}


def _by_order(match: re.Match[str]) -> dict[Order | None, Day]:
    a, b, c = match["a"], match["b"], match["c"]
    found = {Order.DMY: _built(match, c, b, a), Order.MDY: _built(match, c, a, b)}
    if len(c) == 2 and len(a) == 2:
        found[Order.YMD] = _built(match, a, b, c)
    return {order: day for order, day in found.items() if day is not None}


def _from_digits(text: str) -> Day | None:
    if match := _COMPACT.fullmatch(text):
        return _day(*map(int, match.groups()))
    if _SERIAL.fullmatch(text):
        return excel_day(float(text))
    if _MILLIS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, tz=UTC)
    return None


def excel_day(serial: float) -> Day:
    """Return the day, or the moment, of an Excel day number: 45631 is 5 December 2024."""
    days, part = divmod(serial, 1)
    day = EXCEL_EPOCH + timedelta(days=int(days))
    if not part:
        return day
    return datetime.combine(day, time()) + timedelta(seconds=round(part * 86400))


def plausible(day: Day) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _only(day: Day | None) -> dict[Order | None, Day]:
    return {} if day is None else {None: day}


def _built(match: re.Match[str], year: str, month: str, day: str) -> Day | None:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= PIVOT else 2000
    found = _day(number, int(month), int(day))
    if found is None or match["hour"] is None:
        return found
    return _with_time(found, match)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_time(day: date, match: re.Match[str]) -> datetime | None:
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    try:
        moment = datetime.combine(day, time(hour, int(match["minute"]), int(match["second"] or 0)))
    except ValueError:
        return None
    return moment.replace(tzinfo=_zone(match["zone"])) if match["zone"] else moment


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


@dataclass(slots=True)
class DateEvidence:
    """What the values of a column say about the order of their dates. Each value counts once."""

    dates: int = 0
    plain: int = 0
    others: int = 0
    fits: Counter[Order] = field(default_factory=Counter)
    differ: int = 0
    example: str = ""
    until: date = date.max
    newest: date | None = None
    only: dict[Order, str] = field(default_factory=dict)
    timed: int = 0
    midnights: int = 0

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            found = readings(text)
            if not found:
                self.others += 1
                continue
            self.dates += 1
            self.see(*found.values())
            if None in found:
                self.plain += 1
                self._time(found[None])
                continue
            self.fits.update(order for order in found if order is not None)
            if len(set(found.values())) > 1:
                self.differ += 1
                self.example = self.example or text
            elif len(found) == 1:
                self.only.setdefault(next(order for order in found if order), text)

    def see(self, *readings: Day) -> None:
        """Note the day as the newest if all readings agree on it and it is not to come."""
        days = {day.date() if isinstance(day, datetime) else day for day in readings}
        if len(days) == 1 and (day := days.pop()) <= self.until:
            self.newest = max(self.newest or day, day)

    def _time(self, reading: Day) -> None:
        if isinstance(reading, datetime) and reading.tzinfo is not None:
            self.timed += 1
            self.midnights += reading.astimezone(UTC).time() == time()

    @property
    def only_midnights(self) -> bool:
        """Whether all moments with a zone are midnights in UTC, as programs write mere days."""
        return 0 < self.timed == self.midnights

    @property
    def candidates(self) -> list[Order]:
        """The orders under which every date of the column that needs one can be read."""
        needing = self.dates - self.plain
        return [order for order in Order if needing and self.fits[order] == needing]

    @property
    def contradiction(self) -> str:
        """Two dates that no one order reads, in words; "" where one reads all."""
        found = [self.only[order] for order in Order if order in self.only]
        return " and ".join(found) if len(found) > 1 else ""

    @property
    def suggestion(self) -> Order | None:
        """The order that reads the most values; None where no value needs one."""
        return self.fits.most_common(1)[0][0] if self.fits else None

    @property
    def is_certain(self) -> bool:
        """Whether the values leave no choice: one order reads all, or all readings agree."""
        if self.dates == self.plain:
            return True
        return len(self.candidates) == 1 or (bool(self.candidates) and not self.differ)
