"""What a calendar file (ICS) says that somebody did: meetings that are over, with their guests.

Files come from anywhere, so their size, their depth, their time zones and how often something
repeats are bounded before a library sees them; what is left out is counted by its reason.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.activities.imports.recurring import (
    UNDERSTOOD,
    WEEKDAYS,
    NotUnderstoodError,
    RecurrenceRule,
)

MOST_BYTES = 5_000_000
MOST_EVENTS, MOST_ZONES, MOST_DEPTH = 20_000, 100, 4
MOST_MEETINGS = 2_000
# Days of rules that are looked at in one file: some ten years of daily meetings, fifty times.
MOST_STEPS = 200_000
WINDOW = timedelta(days=400)
_BEGIN = re.compile(r"^BEGIN:(\w[\w-]*)\s*$", re.IGNORECASE | re.MULTILINE)
_EDGE = re.compile(r"^(BEGIN|END):", re.IGNORECASE | re.MULTILINE)
_ZONE = re.compile(r"^BEGIN:VTIMEZONE.*?^END:VTIMEZONE", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_OFTEN = re.compile(r"^RRULE[^\r\n]*FREQ=(?!YEARLY|MONTHLY)", re.IGNORECASE | re.MULTILINE)
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class UnreadableCalendarError(ValueError):
    """The file is no calendar, or one beyond all bounds; the message says why."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Something that took place. ``key`` is the same whenever the same file is read."""

    key: str
    title: str
    starts_at: datetime
    minutes: int
    guests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The meetings of a file, the newest first, and how many events were left out, by reason."""

    meetings: list[Meeting]
    left_out: Counter[str] = field(default_factory=Counter)


def read_calendar(content: bytes, *, zone: ZoneInfo, now: datetime, own: str) -> CalendarFile:
    """Return what took place in the last 400 days with somebody else than ``own``, an address.

    Times without a zone are of ``zone``. Raises UnreadableCalendarError.
    """
    events = _events(_text(content))
    return _Reading(zone, now, own.lower()).read(events)


def _text(content: bytes) -> str:
    """Return the file as text that is safe to be taken apart."""
    if len(content) > MOST_BYTES:
        raise UnreadableCalendarError(
            f"The file is larger than {MOST_BYTES // 1_000_000} MB: export a shorter span of time."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableCalendarError("The file is not UTF-8 text, as calendars are.") from error
    if "BEGIN:VCALENDAR" not in text.upper():
        raise UnreadableCalendarError("This is not a calendar file: it has no BEGIN:VCALENDAR.")
    _check_bounds(text)
    return text


def _check_bounds(text: str) -> None:
    """Raise UnreadableCalendarError for what would keep the library busy, or bring it down."""
    begun = Counter(name.upper() for name in _BEGIN.findall(text))
    for name, most, what in (("VEVENT", MOST_EVENTS, "events"), ("VTIMEZONE", MOST_ZONES, "zones")):
        if begun[name] > most:
            raise UnreadableCalendarError(f"The file has more than {most:,} {what}.")
    depth = 0
    for edge in _EDGE.findall(text):
        depth += 1 if edge.upper() == "BEGIN" else -1
        if depth > MOST_DEPTH:
            raise UnreadableCalendarError("The file has parts inside of parts inside of parts.")
    if any(_OFTEN.search(found) for found in _ZONE.findall(text)):
        raise UnreadableCalendarError("A time zone of the file changes more than once a month.")


def _events(text: str) -> list[Any]:
    # Read on use: a web process that never sees a calendar does not load the library.
    from icalendar import Calendar as Parsed

    try:
        found = Parsed.from_ical(text, multiple=True)
        events = [event for calendar in found for event in calendar.walk("VEVENT")]
    # What a mangled file makes the library raise is not to be told in advance.
    except Exception as error:
        first = " ".join(str(error).split())[:150]
        raise UnreadableCalendarError(f"The file cannot be read as a calendar: {first}") from error
    if not found:
        raise UnreadableCalendarError("The file ends in the middle: load it anew, or export again.")
    return events


class _Skip(Exception):  # noqa: N818 -- what it tells is not an error of anybody
    """An event is left out; the message is the reason, in words that follow a number."""


@dataclass(slots=True)
class _Reading:
    zone: ZoneInfo
    now: datetime
    own: str
    steps: int = 0

    def read(self, events: list[Any]) -> CalendarFile:
        found = CalendarFile([])
        moved = self._moved(events)
        seen: set[str] = set()
        for event in events:
            try:
                for meeting in self._meetings(event, moved):
                    if meeting.key not in seen:
                        seen.add(meeting.key)
                        found.meetings.append(meeting)
            except _Skip as reason:
                found.left_out[str(reason)] += 1
            if len(found.meetings) > MOST_MEETINGS:
                raise UnreadableCalendarError(
                    f"The file has more than {MOST_MEETINGS:,} meetings of the last "
                    f"{WINDOW.days} days: export a shorter span of time."
                )
        found.meetings.sort(key=lambda meeting: (meeting.starts_at, meeting.key), reverse=True)
        return found

    def _moved(self, events: list[Any]) -> set[tuple[str, datetime]]:
        """Return the occurrences of repeating events that stand in the file by themselves."""
        moved = set()
        for event in events:
            at = _when(event, "RECURRENCE-ID")
            if at is not None:
                moved.add((_uid(event), self._moment(at)))
        return moved

    def _meetings(self, event: Any, moved: set[tuple[str, datetime]]) -> Iterator[Meeting]:
        guests = self._guests(event)
        start = _when(event, "DTSTART")
        if start is None:
            raise _Skip("without a start that can be read")
        if not isinstance(start, datetime):
            raise _Skip("all day long")
        minutes = self._minutes(event, start)
        original = _when(event, "RECURRENCE-ID")
        if original is not None:
            yield self._meeting(event, start, self._moment(original), minutes, guests)
            return
        if "RRULE" not in event and "RDATE" not in event:
            yield self._meeting(event, start, None, minutes, guests)
            return
        for at in self._occurrences(event, start):
            moment = self._moment(at)
            if (_uid(event), moment) not in moved and self._is_over(moment, minutes):
                yield self._meeting(event, at, moment, minutes, guests)

    def _guests(self, event: Any) -> tuple[str, ...]:
        """Return who else was invited; raise _Skip for what is no meeting of one's own."""
        if str(event.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"):
            raise _Skip("private")
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            raise _Skip("cancelled")
        invited = event.get("ATTENDEE", [])
        invited = invited if isinstance(invited, list) else [invited]
        addresses: dict[str, None] = {}
        for one in [*invited, event.get("ORGANIZER", "")]:
            address = str(one).lower().removeprefix("mailto:").strip()
            answer = str((_part(one, "params") or {}).get("PARTSTAT", "")).upper()
            if address == self.own and answer == "DECLINED":
                raise _Skip("declined")
            if "@" in address and address != self.own and len(address) <= 254:
                addresses[address] = None
        if not addresses:
            raise _Skip("with nobody else invited")
        return tuple(addresses)

    def _minutes(self, event: Any, start: datetime) -> int:
        end, length = _when(event, "DTEND"), _part(event.get("DURATION"), "dt")
        took = timedelta()
        if isinstance(end, datetime):
            took = self._moment(end) - self._moment(start)
        elif isinstance(length, timedelta):
            took = length
        if not timedelta() <= took <= timedelta(days=7):
            raise _Skip("ending before they start, or a week later")
        return -(-int(took.total_seconds()) // 60)

    def _is_over(self, moment: datetime, minutes: int) -> bool:
        return self.now - WINDOW <= moment <= self.now - timedelta(minutes=minutes)

    def _meeting(
        self,
        event: Any,
        start: datetime,
        original: datetime | None,
        minutes: int,
        guests: tuple[str, ...],
    ) -> Meeting:
        moment = self._moment(start)
        if moment + timedelta(minutes=minutes) > self.now:
            raise _Skip("still to come")
        if moment < self.now - WINDOW:
            raise _Skip(f"more than {WINDOW.days} days ago")
        which = original.isoformat() if original else ""
        key = hashlib.sha256(f"{_uid(event)}\0{which}".encode()).hexdigest()[:40]
        title = " ".join(str(event.get("SUMMARY", "")).split())[:300] or "Meeting"
        return Meeting(key, title, moment, minutes, guests)

    def _occurrences(self, event: Any, start: datetime) -> Iterator[datetime]:
        """Yield the local starts in the window, without those taken out."""
        first, last = (self.now - WINDOW).date() - timedelta(days=1), self.now.date()
        out = {self._moment(each) for each in _listed(event, "EXDATE")}
        starts = {start} | {each for each in _listed(event, "RDATE") if isinstance(each, datetime)}
        if "RRULE" in event:
            rule = _rule(event["RRULE"], start, self.zone)
            self.steps += rule.steps(first, last)
            if self.steps > MOST_STEPS:
                raise UnreadableCalendarError(
                    "The file repeats too much: export a shorter span of time."
                )
            starts |= {datetime.combine(day, start.timetz()) for day in rule.days(first, last)}
        days = (at for at in starts if first <= at.date() <= last)
        for at in sorted(days, key=self._moment):
            if self._moment(at) not in out:
                yield at

    def _moment(self, when: date | datetime) -> datetime:
        """Return the moment of a time; one without a zone is the organisation's."""
        if not isinstance(when, datetime):
            return datetime(when.year, when.month, when.day, tzinfo=self.zone).astimezone(UTC)
        try:
            aware = when if when.tzinfo else when.replace(tzinfo=self.zone)
            return aware.astimezone(UTC)
        except (OverflowError, ValueError) as error:
            raise _Skip("without a start that can be read") from error


def _uid(event: Any) -> str:
    return str(event.get("UID", "")) or str(event.get("SUMMARY", "")) + str(_when(event, "DTSTART"))


def _when(event: Any, name: str) -> date | datetime | None:
    """Return a day or time of an event; None where it has none that can be read."""
    when = _part(event.get(name), "dt")
    return when if isinstance(when, date) and 1970 <= when.year <= 2200 else None


def _part(found: Any, name: str) -> Any:
    """Return an attribute of a property; None where it is none, or could not be read."""
    try:
        return getattr(found, name, None)
    except ValueError:
        return None


def _listed(event: Any, name: str) -> list[Any]:
    """Return the days or times of a property that may stand there several times."""
    found = event.get(name, [])
    groups = found if isinstance(found, list) else [found]
    times = [each.dt for group in groups for each in _part(group, "dts") or []]
    return [at for at in times if isinstance(at, date) and 1970 <= at.year <= 2200][:MOST_MEETINGS]


def _rule(written: Any, start: datetime, zone: ZoneInfo) -> RecurrenceRule:
    """Read a rule; raise _Skip for one that is not understood."""
    if not isinstance(written, dict) or set(written) - UNDERSTOOD:
        raise _Skip("repeating in a way that is not understood")
    try:
        return RecurrenceRule(
            start=start.date(),
            freq=str(written["FREQ"][0]).upper(),
            interval=int(_one(written, "INTERVAL", 1)),
            count=_one(written, "COUNT", None),
            until=_until(_one(written, "UNTIL", None), start, zone),
            by_day=tuple(_weekday(str(each)) for each in written.get("BYDAY", [])),
            by_month_day=tuple(int(each) for each in written.get("BYMONTHDAY", [])),
            by_month=tuple(int(each) for each in written.get("BYMONTH", [])),
            by_set_pos=tuple(int(each) for each in written.get("BYSETPOS", [])),
            week_start=WEEKDAYS.index(str(_one(written, "WKST", "MO")).upper()),
        )
    except (NotUnderstoodError, ValueError, TypeError, KeyError, IndexError) as error:
        raise _Skip("repeating in a way that is not understood") from error


def _one(written: Any, name: str, otherwise: Any) -> Any:
    found = written.get(name, [otherwise])
    return found[0] if isinstance(found, list) else found


def _until(when: Any, start: datetime, zone: ZoneInfo) -> date | None:
    """Return the last local day; a moment at which a later occurrence would start is before it."""
    if not isinstance(when, datetime):
        return when if isinstance(when, date) else None
    local = when.astimezone(start.tzinfo or zone) if when.tzinfo else when
    day = local.date()
    with suppress(OverflowError):
        if local.time() < start.time():
            day -= timedelta(days=1)
    return day


def _weekday(text: str) -> tuple[int, int]:
    found = _BY_DAY.fullmatch(text.upper())
    if found is None:
        raise NotUnderstoodError(text)
    return int(found[1] or 0), WEEKDAYS.index(found[2])
