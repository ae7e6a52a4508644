"""The edges of a day in a time zone, against a search through its moments."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kit.periods import INSTANT, end_of_day, start_of_day

ZONES = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo", "Australia/Lord_Howe"]
# Among them nights on which clocks go forward or back, at midnight too.
DAYS = [date(2026, 3, 8), date(2026, 4, 5), date(2026, 4, 23), date(2026, 10, 29)]


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """Return the first minute that the zone's clocks show as of ``day``."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    while moment.astimezone(zone).date() < day:
        moment += timedelta(minutes=1)
    return moment


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("name", ZONES)
def test_a_day_reaches_from_its_first_moment_to_the_last_before_the_next(
    name: str, day: date
) -> None:
    zone = ZoneInfo(name)

    assert start_of_day(day, zone=zone).astimezone(UTC) == first_moment(day, zone)
    assert end_of_day(day, zone=zone) == first_moment(day + timedelta(days=1), zone) - INSTANT
