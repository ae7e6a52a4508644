from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.activities.imports.calendars import (
    MOST_BYTES,
    CalendarFile,
    UnreadableCalendarError,
    read_calendar,
)

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
GUEST = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Nora@Acme.example"


def event(*lines: str, uid: str = "1", guest: str = GUEST) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Demo", guest, *lines, "END:VEVENT"])


def wrapped(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *events, "END:VCALENDAR"]
    return "\r\n".join("\n".join(lines).splitlines()).encode() + b"\r\n"


def read(*events: str) -> CalendarFile:
    return read_calendar(wrapped(*events), zone=BERLIN, now=NOW, own="ann@ours.example")


def starts(*events: str) -> list[str]:
    return [f"{one.starts_at:%Y-%m-%dT%H:%M}" for one in read(*events).meetings]


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART:20260302T090000Z", "2026-03-02T09:00"),
        ("DTSTART;TZID=America/New_York:20260302T090000", "2026-03-02T14:00"),
        ("DTSTART;TZID=Pacific Standard Time:20260702T090000", "2026-07-02T16:00"),
        # Without a zone it is the organisation's, here in summer.
        ("DTSTART:20260702T090000", "2026-07-02T07:00"),
    ],
)
def test_times_are_read_in_their_zone(start, utc):
    assert starts(event(start)) == [utc]


def test_a_zone_of_the_files_own_is_used():
    zone = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE"""

    assert starts(zone, event("DTSTART;TZID=Office:20260302T090000")) == ["2026-03-02T06:00"]


def test_a_meeting_has_its_title_length_and_guests():
    (found,) = read(
        event(
            "DTSTART:20260302T090000Z",
            "DTEND:20260302T094530Z",
            "ORGANIZER:mailto:ann@ours.example",
            "ATTENDEE:mailto:otis@acme.example",
        )
    ).meetings

    assert (found.title, found.minutes) == ("Demo", 46)
    assert found.guests == ("nora@acme.example", "otis@acme.example")
    assert read(event("DTSTART:20260302T090000Z", "DURATION:PT1H30M")).meetings[0].minutes == 90


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["DTSTART:20260302T090000Z", "CLASS:PRIVATE"], "private"),
        (["DTSTART:20260302T090000Z", "STATUS:CANCELLED"], "cancelled"),
        (["DTSTART;VALUE=DATE:20260302"], "all day long"),
        (["DTSTART:20261120T143000Z", "DTEND:20261120T153000Z"], "still to come"),
        (["DTSTART:20241120T143000Z"], "more than 400 days ago"),
        (["DTSTART:soon"], "without a start that can be read"),
        ([], "without a start that can be read"),
        (["DTSTART:00010101T000000Z"], "without a start that can be read"),
        (["DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"],
         "ending before they start, or a week later"),
        (["DTSTART:20260302T090000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:Ann@ours.example"],
         "declined"),
        (["DTSTART:20260302T090000Z", "RRULE:FREQ=SECONDLY"],
         "repeating in a way that is not understood"),
        (["DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3"],
         "repeating in a way that is not understood"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_counted_by_its_reason(lines, reason):
    good = event("DTSTART:20260302T090000Z", uid="good")

    found = read(event(*lines), good)

    assert found.left_out == {reason: 1}
    assert len(found.meetings) == 1


def test_alone_it_is_no_meeting():
    own = "ATTENDEE:mailto:ann@ours.example"

    assert read(event("DTSTART:20260302T090000Z", guest=own)).left_out == {
        "with nobody else invited": 1
    }


def test_what_repeats_keeps_its_local_time_and_leaves_out_what_was_taken_out():
    weekly = event(
        "DTSTART;TZID=Europe/Berlin:20261012T090000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO",
        "EXDATE;TZID=Europe/Berlin:20261019T090000",
    )

    # Summer time ends on 25 October.
    assert starts(weekly)[::-1] == [
        "2026-10-12T07:00", "2026-10-26T08:00", "2026-11-02T08:00", "2026-11-09T08:00",
        "2026-11-16T08:00",
    ]  # fmt: skip


def test_an_occurrence_that_was_moved_stands_once_where_it_was_moved_to():
    weekly = event("DTSTART:20261102T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = event("DTSTART:20261110T150000Z", "RECURRENCE-ID:20261109T090000Z")
    plain = read(weekly)

    found = read(weekly, moved)

    assert [f"{one.starts_at:%d %H}" for one in found.meetings] == ["10 15", "02 09"]
    # It is the same occurrence, wherever it stands.
    assert {one.key for one in found.meetings} == {one.key for one in plain.meetings}


def test_further_days_are_added():
    assert starts(event("DTSTART:20260302T090000Z", "RDATE:20260305T090000Z,20260401T120000Z")) == [
        "2026-04-01T12:00", "2026-03-05T09:00", "2026-03-02T09:00",
    ]  # fmt: skip


def test_only_the_last_400_days_of_what_repeats_for_ever_are_read():
    found = read(event("DTSTART:19750101T090000Z", "RRULE:FREQ=DAILY"))

    assert 399 <= len(found.meetings) <= 401
    assert found.left_out == {}


def test_the_same_file_gives_the_same_keys_and_a_repeated_event_stands_once():
    one = event("DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=3")

    assert [each.key for each in read(one).meetings] == [
        each.key for each in read(one, one).meetings
    ]


ONE = event("DTSTART:20260302T090000Z")
ZONE = """BEGIN:VTIMEZONE
TZID:X
BEGIN:STANDARD
DTSTART:19700101T000000
{}
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a calendar file"),
        (b"hello", "not a calendar file"),
        (b"\xff\xfeB\x00", "not UTF-8"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", "cannot be read as a calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "ends in the middle"),
        (wrapped(ONE).replace(b"END:VEVENT", b"END:VTODO"), None),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * MOST_BYTES, "larger than 5 MB"),
        (wrapped(*["BEGIN:VEVENT\nEND:VEVENT"] * 20_001), "more than 20,000 events"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5_000, "parts inside of parts"),
        (wrapped(*[event("DTSTART:19710101T090000Z", "RRULE:FREQ=DAILY;COUNT=400", uid=str(n))
                   for n in range(50)]), "repeats too much"),
        (wrapped(*[event("DTSTART:20250101T090000Z", "RRULE:FREQ=DAILY", uid=str(n))
                   for n in range(6)]), "more than 2,000 meetings"),
        (wrapped(ZONE.format("RRULE:FREQ=SECONDLY"), ONE), "time zone of the file"),
        (wrapped(*[ZONE.format("")] * 101), "more than 100 zones"),
    ],
    ids=["empty", "text", "utf-16", "line", "open", "ends", "huge", "many", "deep", "steps",
         "meetings", "zone", "zones"],
)  # fmt: skip
def test_a_hostile_file_is_told_so_in_short_time(content, says):
    before = process_time()
    try:
        read_calendar(content, zone=BERLIN, now=NOW, own="")
    except UnreadableCalendarError as refusal:
        assert says is None or says in str(refusal)  # noqa: PT017 -- for some any end will do
    else:
        assert says is None
    assert process_time() - before < 5


@settings(max_examples=300, deadline=None)
@given(
    inside=st.booleans(),
    lines=st.lists(
        st.sampled_from(
            ["BEGIN:VEVENT", "END:VEVENT", "DTSTART:20260302T090000Z", "EXDATE:x", "RRULE:x",
             "RRULE:FREQ=DAILY;COUNT=3",
             "RRULE:FREQ=", "DTEND:x", "EXDATE:1", GUEST, " folded", "UID", "RECURRENCE-ID:9",
             "DURATION:-P1D", "SUMMARY;X=\"", "ATTENDEE:mailto:", "BEGIN:VALARM", "END:VCALENDAR"]
        ),
        max_size=20,
    )
)  # fmt: skip
def test_a_broken_file_is_read_or_refused_and_nothing_else(inside, lines):
    content = wrapped(event("DTSTART:20260302T090000Z", *lines) if inside else "\n".join(lines))
    try:
        found = read_calendar(content, zone=BERLIN, now=NOW, own="")
    except UnreadableCalendarError as refusal:
        assert str(refusal)  # noqa: PT017 -- either end is right
    else:
        assert all(one.starts_at <= NOW for one in found.meetings)
