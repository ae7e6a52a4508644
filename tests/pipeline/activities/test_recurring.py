"""Our days of a rule against those of dateutil, for all rules that usual calendars write."""

from datetime import date, datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.activities.imports.recurring import WEEKDAYS, NotUnderstoodError, RecurrenceRule

START = date(2025, 1, 1)
LAST = date(2026, 6, 30)
PLAIN = st.lists(st.sampled_from(range(7)), max_size=4, unique=True)


def text_of(rule: RecurrenceRule) -> str:
    parts = [f"FREQ={rule.freq}", f"INTERVAL={rule.interval}", f"WKST={WEEKDAYS[rule.week_start]}"]
    if rule.count:
        parts.append(f"COUNT={rule.count}")
    if rule.until:
        parts.append(f"UNTIL={rule.until:%Y%m%d}T235959")
    if rule.by_day:
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in rule.by_day))
    for name, values in (
        ("BYMONTHDAY", rule.by_month_day),
        ("BYMONTH", rule.by_month),
        ("BYSETPOS", rule.by_set_pos),
    ):
        if values:
            parts.append(f"{name}=" + ",".join(map(str, values)))
    return ";".join(parts)


@st.composite
def rules(draw: st.DrawFn) -> RecurrenceRule:
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    inside_a_month = freq in ("MONTHLY", "YEARLY")
    by_month = draw(st.lists(st.integers(1, 12), max_size=3, unique=True))
    by_day = [(0, day) for day in draw(PLAIN)]
    if freq == "YEARLY" and not by_month:
        by_day = []
    if by_day and inside_a_month and draw(st.booleans()):
        by_day = [(draw(st.sampled_from([-2, -1, 1, 2, 3, 5])), day) for _, day in by_day]
    month_days = st.lists(st.sampled_from([1, 2, 15, 28, 31, -1, -2]), max_size=2, unique=True)
    by_month_day = draw(month_days) if freq == "MONTHLY" else []
    positions = st.lists(st.sampled_from([1, 2, -1]), max_size=2, unique=True)
    by_set_pos = draw(positions) if freq == "MONTHLY" and (by_day or by_month_day) else []
    ends = draw(st.sampled_from(["never", "count", "until"]))
    return RecurrenceRule(
        start=START + timedelta(days=draw(st.integers(0, 200))),
        freq=freq,
        interval=draw(st.integers(1, 4)),
        count=draw(st.integers(1, 30)) if ends == "count" else None,
        until=START + timedelta(days=draw(st.integers(0, 500))) if ends == "until" else None,
        by_day=tuple(by_day),
        by_month_day=tuple(by_month_day),
        by_month=tuple(by_month),
        by_set_pos=tuple(by_set_pos),
        week_start=draw(st.sampled_from([0, 6])),
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rule=rules(), first=st.integers(0, 400))
@pytest.mark.heavy
def test_the_days_are_those_of_dateutil(rule: RecurrenceRule, first: int):
    begin = START + timedelta(days=first)
    # Its search for a day that never comes ends with the rule's own end alone.
    text = text_of(rule)
    ends = rule.count or rule.until
    oracle = rrulestr(text if ends else f"{text};UNTIL={LAST:%Y%m%d}T235959",
                      dtstart=datetime.combine(rule.start, datetime.min.time()))  # fmt: skip

    expected = [at.date() for at in takewhile(lambda at: at.date() <= LAST, oracle)]

    assert list(rule.days(begin, LAST)) == [day for day in expected if day >= begin]


@pytest.mark.parametrize(
    "wrong",
    [
        {"freq": "SECONDLY"}, {"freq": "HOURLY"}, {"freq": "DAILY", "interval": 0},
        {"freq": "DAILY", "count": 0}, {"freq": "WEEKLY", "by_set_pos": (1,)},
        {"freq": "WEEKLY", "by_day": ((1, 0),)}, {"freq": "YEARLY", "by_day": ((20, 0),)},
    ],
)  # fmt: skip
def test_what_no_usual_calendar_writes_is_not_understood(wrong):
    with pytest.raises(NotUnderstoodError):
        RecurrenceRule(start=START, **wrong)


def test_a_rule_that_never_comes_true_ends():
    never = RecurrenceRule(start=START, freq="DAILY", by_month=(2,), by_month_day=(30,))

    assert list(never.days(START, LAST)) == []
    assert never.steps(START, LAST) == 545
