"""Activities from lists, diallers and calendars: when, how long, which way, and with whom."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models.functions import Lower

from imports.engine.cells import at_hour
from imports.engine.composing import RowError, Setting, Values, filled, key_of, says_yes
from imports.engine.staging import Staged
from org.models.people import Person
from pipeline.activities.models import LONGEST
from pipeline.customers.models import Contact

ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_LENGTH = re.compile(
    r"(?:(?P<h>\d{1,4})\s*(?:h|hr|hrs|hours?))?\s*"
    r"(?:(?P<m>\d{1,6})\s*(?:m|min|mins|minutes?))?\s*"
    r"(?:(?P<s>\d{1,8})\s*(?:s|sec|secs|seconds?))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?P<h>\d{1,3}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d+)?)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_NOT_HELD = frozenset(
    {"canceled", "cancelled", "no show", "rescheduled", "not started", "in progress", "deferred",
     "waiting on someone else", "scheduled", "declined"}
)  # fmt: skip


def minutes_of(text: str) -> int | None:
    """Read a length in whole minutes, rounded up: "25", "0:25:10", "1 h 5 min"; None if it is none.

    A plain number is minutes; of two numbers with a colon the first is minutes where the file has
    no hours ("25:10"), as diallers write it, unless a third number follows.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 7 else None
    if clock := _CLOCK.fullmatch(text):
        first, second, third = (int(clock[name] or 0) for name in "hms")
        seconds = first * 3600 + second * 60 + third if clock["s"] else first * 60 + second
        return -(-seconds // 60)
    written = _LENGTH.fullmatch(text.removeprefix("PT")) if text else None
    if written is None or not any(written.groups()):
        return None
    hours, minutes, seconds = (int(written[name] or 0) for name in "hms")
    return -(-(hours * 3600 + minutes * 60 + seconds) // 60)


def time_of(text: str) -> time | None:
    """Read a time of day, "14:30" or "2:30:00 PM"; None if it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if half := (found[4] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the addresses of a batch belong to: contacts with their accounts, and colleagues."""

    contacts: dict[str, tuple[int, int]]
    people: dict[str, int]


@dataclass(slots=True)
class ActivityComposer:
    """Activities. A day without a time is noon.

    What a file of calls or of a calendar holds of no use here is refused row by row with the
    reason: what is private, lasts all day, did not take place or is still to come.
    """

    setting: Setting
    known: Known = field(default_factory=lambda: Known({}, {}))

    def prepare(self, rows: Iterable[Values]) -> None:
        """Look up the participants of many rows at once."""
        texts = {row["participants"] for row in rows if row.get("participants")}
        wanted = {address.lower() for text in texts for address in ADDRESS.findall(text)}
        if not wanted:
            return
        contacts: dict[str, tuple[int, int]] = {}
        here = Contact.objects.live().annotate(address=Lower("email")).filter(address__in=wanted)
        for address, pk, account in here.order_by("-pk").values_list("address", "pk", "account"):
            contacts[address] = pk, account
        people = Person.objects.annotate(address=Lower("email")).filter(address__in=wanted)
        self.known = Known(contacts, dict(people.values_list("address", "pk")))

    def compose(self, row: int, values: Values) -> Staged:
        self._leave_out(values)
        start = self._start(values)
        data: dict[str, Any] = {
            "kind": values.get("kind") or self._usual_kind(),
            "subject": self._subject(values),
            "occurred_at": start.isoformat(),
            **filled(values, "external_id", "body", "direction"),
        }
        if (minutes := self._minutes(values, start)) is not None:
            data["minutes"] = minutes
        for name in ("deal", "account", "contact"):
            if (found := self.setting.resolved(values, name)) is not None:
                data[f"{name}_id"] = found
        data["person_id"] = self._person(values)
        self._meet(values, data)
        natural = (data["person_id"], data["occurred_at"], data["kind"], data["subject"])
        about = (data.get("deal_id"), data.get("account_id"), data.get("contact_id"))
        return Staged(row, key_of(self.setting.options, values, *natural, *about), data)

    def _leave_out(self, values: Values) -> None:
        if says_yes(values.get("private")):
            raise RowError("private", "It is private, so it is left out.")
        if says_yes(values.get("all_day")):
            raise RowError("all_day", "It lasts all day: nothing that took place at a time.")
        outcome = " ".join(str(values.get("outcome") or "").casefold().replace("_", " ").split())
        if outcome in _NOT_HELD:
            raise RowError("outcome", f"It did not take place: {values['outcome']}.")

    def _start(self, values: Values) -> datetime:
        when = values.get("occurred_at")
        if when is None:
            raise RowError("occurred_at", "It must not be blank.")
        start = self._at(values, when, "start_time")
        if start > self.setting.now:
            raise RowError("occurred_at", "It lies in the future: only what has happened counts.")
        return start

    def _at(self, values: Values, when: date | datetime, name: str) -> datetime:
        """Return the moment of a day and of the time that may stand in a column of its own."""
        text = values.get(name)
        if isinstance(when, datetime) or not text:
            return at_hour(when, self.setting.zone, 12)
        if (clock := time_of(str(text))) is None:
            raise RowError(name, "A time of day is expected, such as 14:30 or 2:30 PM.")
        return datetime.combine(when, clock, tzinfo=self.setting.zone)

    def _minutes(self, values: Values, start: datetime) -> int | None:
        """Return how long it took: as it is said, in seconds, or by its end."""
        if text := values.get("duration"):
            minutes = minutes_of(str(text))
            if minutes is None or minutes > LONGEST:
                raise RowError("duration", "A length is expected, such as 25, 0:25:10 or 25 min.")
            return minutes
        if (seconds := values.get("seconds")) is not None:
            if not 0 <= seconds <= LONGEST * 60:
                raise RowError("seconds", "A number of seconds within a week is expected.")
            return int(-(-seconds // 60))
        end = values.get("ends_at")
        if end is None and not values.get("end_time"):
            return None
        day = end or start.astimezone(self.setting.zone).date()
        if not isinstance(day, datetime) and not values.get("end_time"):
            return None
        took = self._at(values, day, "end_time") - start
        if not timedelta() <= took <= timedelta(minutes=LONGEST):
            raise RowError("ends_at" if end else "end_time", "It ends before it starts, or never.")
        return -(-int(took.total_seconds()) // 60)

    def _person(self, values: Values) -> int:
        """Return whose it is: who is named, else the first colleague among the participants."""
        if (found := self.setting.resolved(values, "person")) is not None:
            return found
        for address in _addresses(values):
            if address in self.known.people:
                return self.known.people[address]
        raise RowError("person", "It names nobody of this organisation whose it is.")

    def _meet(self, values: Values, data: dict[str, Any]) -> None:
        """Put in the contact among the participants, and their account."""
        addresses = _addresses(values)
        met = [self.known.contacts[each] for each in addresses if each in self.known.contacts]
        if any(each not in self.known.contacts and each not in self.known.people
               for each in addresses):  # fmt: skip
            self.setting.note("has participants who are neither contacts nor colleagues")
        if met and "contact_id" not in data:
            if len(met) > 1:
                self.setting.note("has several contacts among its participants: the first counts")
            data["contact_id"] = met[0][0]
            data.setdefault("account_id", met[0][1])
        if not data.keys() & {"deal_id", "account_id", "contact_id"}:
            why = " No participant is a contact here." if addresses else ""
            raise RowError("", f"It names no deal, account or contact that it is about.{why}")

    def _usual_kind(self) -> str:
        """Return the kind of a file's rows where no column says it, by what the file tells."""
        mapped = set(self.setting.options.mapping.values())
        if "kind" in mapped:
            return "note"
        if mapped & {"seconds", "direction"}:
            return "call"
        return (
            "meeting" if mapped & {"participants", "ends_at", "start_time", "end_time"} else "note"
        )

    def _subject(self, values: Values) -> str:
        if subject := values.get("subject"):
            return str(subject)
        body = (values.get("body") or "").strip()
        kind = values.get("kind") or self._usual_kind()
        return body.splitlines()[0][:300] if body else str(kind).capitalize()


def _addresses(values: Values) -> list[str]:
    """Return the addresses among the participants, each once, in their order."""
    text = str(values.get("participants") or "")
    return list(dict.fromkeys(address.lower() for address in ADDRESS.findall(text)))
