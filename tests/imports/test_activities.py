from datetime import UTC, datetime

import pytest

from imports.engine.composing_activities import minutes_of, time_of
from imports.engine.headers import guess_kind, recognise
from org.models.calendar import Organisation
from pipeline.activities.models import Activity
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ContactFactory
from tests.imports.runs import counts, executed, imported, planned, refusals, table, undone


@pytest.fixture
def company(db: None) -> Organisation:
    return OrganisationFactory(time_zone="Europe/Berlin")


@pytest.fixture
def people(company):
    account = AccountFactory(name="Acme")
    return {
        "ann": PersonFactory(full_name="Ann Able", email="ann@ours.example"),
        "account": account,
        "nora": ContactFactory(full_name="Nora Novak", email="Nora@Acme.example", account=account),
        "otis": ContactFactory(full_name="Otis Ode", email="otis@acme.example", account=account),
    }


HEADERS = {
    "dialler": "Call ID,Direction,From,To,Start time,Duration,User,Contact,Status",
    "zoom": "Topic,User Name,User Email,Start Time,End Time,Duration (Minutes),Attendees",
    "google": "Subject,Start Date,Start Time,End Date,End Time,All Day Event,Description,Private",
    "outlook": "Subject,Start Date,Start Time,End Date,End Time,All day event,Meeting Organizer,"
    "Required Attendees,Description,Private",
    "hubspot": "Call Title,Activity date,Call duration (HH:mm:ss),Call direction,Call notes,"
    "Activity assigned to,Associated Contact",
    "sf_task": "Id,WhoId,WhatId,Subject,ActivityDate,Status,OwnerId,Description,TaskSubtype,"
    "CallDurationInSeconds,CallType",
    "sf_event": "Id,WhoId,WhatId,Subject,StartDateTime,EndDateTime,IsAllDayEvent,IsPrivate,OwnerId",
}
EXPECTED = {
    "dialler": {"Direction": "direction", "Start time": "occurred_at", "Duration": "duration",
                "User": "person", "Contact": "contact", "Status": "outcome"},
    "zoom": {"Topic": "subject", "Start Time": "occurred_at", "End Time": "ends_at",
             "Duration (Minutes)": "duration", "Attendees": "participants"},
    "google": {"Start Date": "occurred_at", "Start Time": "start_time", "End Date": "ends_at",
               "End Time": "end_time", "All Day Event": "all_day", "Private": "private"},
    "outlook": {"Start Time": "start_time", "Meeting Organizer": "person",
                "Required Attendees": "participants"},
    "hubspot": {"Call Title": "subject", "Call duration (HH:mm:ss)": "duration",
                "Call direction": "direction", "Call notes": "body",
                "Activity assigned to": "person", "Associated Contact": "contact"},
    "sf_task": {"WhoId": "contact", "WhatId": "deal", "TaskSubtype": "kind", "Status": "outcome",
                "CallDurationInSeconds": "seconds", "CallType": "direction"},
    "sf_event": {"StartDateTime": "occurred_at", "EndDateTime": "ends_at",
                 "IsAllDayEvent": "all_day", "IsPrivate": "private"},
}  # fmt: skip


@pytest.mark.parametrize("program", list(HEADERS))
def test_the_headers_of_usual_exports_are_known(program):
    header = HEADERS[program].split(",")

    matches = recognise("activities", header).matches

    found = {header[place]: match.field for place, match in matches.items() if match.sure}
    assert EXPECTED[program].items() <= found.items()
    assert guess_kind(header) == "activities"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("25", 25), ("0:25:10", 26), ("25:10", 26), ("00:00:00", 0), ("01:00:00", 60),
        ("1 h 5 min", 65), ("90s", 2), ("PT1H5M", 65), ("2 hours", 120), ("45 min", 45),
        ("", None), ("soon", None), ("1:99:00", None), ("-5", None), ("²", None),
    ],
)  # fmt: skip
def test_lengths_are_read_in_whole_minutes(text, minutes):
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    ("text", "hour"),
    [("14:30", 14), ("2:30:00 PM", 14), ("12:05 AM", 0), ("12:05 pm", 12), ("9:00", 9),
     ("25:00", None), ("13:00 PM", None), ("noon", None), ("10:61", None)],
)  # fmt: skip
def test_times_of_day_are_read(text, hour):
    found = time_of(text)

    assert (found.hour if found else None) == hour


def test_a_diallers_calls(people):
    content = table(
        """
        Call ID | Direction | Start time | Duration | User | Contact | Status
        a1 | Outbound | 2026-03-02 14:30 | 0:25:10 | Ann Able | nora@acme.example | Answered
        a2 | Inbound | 2026-03-02 15:00 | 0:00:40 | ann@ours.example | Otis Ode | Answered
        a3 | Sideways | 2026-03-02 15:30 | 5 | Ann Able | Otis Ode | Answered
        a4 | Outbound | 2026-03-03 09:00 | ages | Ann Able | Otis Ode | Answered
        a5 | Outbound | 2026-12-24 09:00 | 5 | Ann Able | Otis Ode | Scheduled
        a6 | Outbound | 2026-12-24 09:00 | 5 | Ann Able | Otis Ode |
        """
    )
    run = planned("activities", content)
    assert counts(run) == {"create": 2, "refuse": 4}
    said = " ".join(refusal[-1] for refusal in refusals(run))
    assert "A length is expected" in said
    assert "It did not take place: Scheduled." in said
    assert "It lies in the future" in said
    executed(run, skip_refused=True)

    first, second = Activity.objects.order_by("occurred_at")
    assert (first.kind, first.direction, first.minutes) == ("call", "out", 26)
    assert (first.contact, first.person) == (people["nora"], people["ann"])
    assert (second.direction, second.minutes) == ("in", 1)
    assert counts(planned("activities", content)) == {"leave": 2, "refuse": 4}
    undone(run)
    assert not Activity.objects.exists()


def test_meetings_find_contact_account_and_colleague_by_address(people):
    run = imported(
        "activities",
        table(
            """
            Subject | Start Date | Start Time | End Date | End Time | Attendees
            Demo | 2026-03-02 | 2:30 PM | 2026-03-02 | 3:15 PM | ANN; NORA
            Both | 2026-03-03 | 09:00 | 2026-03-03 | 10:00 | A <ANN>, otis@acme.example, NORA, x@y.z
            """
        )
        .replace("ANN", "ann@ours.example")
        .replace("NORA", "NORA@acme.example"),
    )

    demo, both = Activity.objects.order_by("occurred_at")
    assert (demo.kind, demo.minutes, demo.person) == ("meeting", 45, people["ann"])
    assert (demo.contact, demo.account) == (people["nora"], people["account"])
    assert demo.occurred_at == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    assert both.contact == people["otis"]
    notices = " ".join(run.plan["notices"])
    assert "1 row: it has several contacts among its participants" in notices
    assert "1 row: it has participants who are neither contacts nor colleagues" in notices


def test_a_calendar_leaves_out_what_is_no_meeting_of_ours_and_says_so(people):
    run = planned(
        "activities",
        table(
            """
            Subject | Start Date | Start Time | End Time | All Day Event | Private | Attendees
            Doctor | 2026-03-02 | 09:00 | 10:00 | False | True | ann@ours.example
            Fair | 2026-03-02 | | | True | False | ANN, NORA
            Stand-up | 2026-03-02 | 09:00 | 09:15 | False | False | ann@ours.example
            Strangers | 2026-03-02 | 09:00 | 09:15 | False | False | a@b.example, NORA
            Backwards | 2026-03-02 | 09:00 | 08:15 | False | False | ANN, NORA
            Odd | 2026-03-02 | noonish | 08:15 | False | False | ANN, NORA
            """
        )
        .replace("ANN", "ann@ours.example")
        .replace("NORA", "nora@acme.example"),
    )

    assert counts(run) == {"refuse": 6}
    reasons = {refusal[0]: refusal[-1] for refusal in refusals(run)}
    assert list(reasons.values()) == [
        "It is private, so it is left out.",
        "It lasts all day: nothing that took place at a time.",
        "It names no deal, account or contact that it is about. No participant is a contact here.",
        "It names nobody of this organisation whose it is.",
        "It ends before it starts, or never.",
        "A time of day is expected, such as 14:30 or 2:30 PM.",
    ]


def test_participants_are_looked_up_in_two_statements_for_any_number_of_rows(
    people, django_assert_max_num_queries
):
    from imports.engine.composing_activities import ActivityComposer

    rows = [{"participants": f"nora@acme.example, guest{n}@x.example"} for n in range(500)]
    composer = ActivityComposer(setting=None)

    with django_assert_max_num_queries(2):
        composer.prepare(rows)

    assert composer.known.contacts == {
        "nora@acme.example": (people["nora"].pk, people["account"].pk)
    }
