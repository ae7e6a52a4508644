from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.runs.enums import Trigger
from analytics.runs.models import RecomputeRun
from forecasting.models import ForecastRun
from kit import periods
from org.enums import PeriodKind
from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.services import calendar
from tests.factories.org import OrganisationFactory, QuotaFactory
from tests.worlds import SalesTeam

pytestmark = pytest.mark.django_db


def spans(kind: str) -> list[tuple[date, date, str]]:
    return list(
        FiscalPeriod.objects.of_kind(kind)
        .order_by("start_on")
        .values_list("start_on", "end_on", "label")
    )


def test_an_empty_installation_gets_its_organisation() -> None:
    subject = calendar.organisation()

    assert (subject.pk, subject.name, subject.time_zone) == (1, "Our organisation", "UTC")
    assert calendar.organisation() == subject
    assert Organisation.objects.count() == 1


def test_configure_changes_what_is_given_and_writes_the_calendar() -> None:
    calendar.configure(
        by=None,
        name="Northwind",
        time_zone="Europe/Berlin",
        fiscal_year_start_month=2,
        currency="eur",
        working_days=[4, 0, 1, 2, 3, 3],
    )

    subject = Organisation.objects.get()
    assert (subject.name, subject.currency, subject.working_days) == (
        "Northwind",
        "EUR",
        [0, 1, 2, 3, 4],
    )
    years = spans("year")
    assert len(years) == 6
    assert all(start.month == 2 for start, _, _ in years)
    assert AuditEntry.objects.get().changes["currency"] == ["USD", "EUR"]


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("name", "  ", "Give the organisation a name"),
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("time_zone", "../etc/passwd", "is not a time zone"),
        ("fiscal_year_start_month", 13, "a month from 1 to 12"),
        ("fiscal_year_start_month", 0, "a month from 1 to 12"),
        ("currency", "EURO", "three letters"),
        ("working_days", [], "at least one day"),
        ("working_days", [7], "at least one day"),
    ],
)
def test_configure_names_the_bad_setting_and_changes_nothing(
    setting: str, value: object, words: str
) -> None:
    calendar.organisation()

    with pytest.raises(ValidationError) as refusal:
        calendar.configure(by=None, **{"shows_leaderboard": False, setting: value})

    assert words in " ".join(refusal.value.message_dict[setting])
    assert Organisation.objects.get().shows_leaderboard
    assert not AuditEntry.objects.exists()


def test_only_admins_configure(sales_team: SalesTeam) -> None:
    for actor in (sales_team.dana, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            calendar.configure(by=actor, name="Mine")
        with pytest.raises(PermissionDenied):
            calendar.add_holiday(by=actor, day=date(2026, 1, 1), name="New Year")
        with pytest.raises(PermissionDenied):
            calendar.set_exchange_rate(
                by=actor, currency="EUR", valid_from=date(2026, 1, 1), rate=Decimal(1)
            )


def test_the_start_month_may_change_until_a_quota_exists() -> None:
    calendar.configure(by=None, name="Northwind", fiscal_year_start_month=1)
    first, last = spans("year")[0][0].year, spans("year")[-1][0].year

    calendar.configure(by=None, fiscal_year_start_month=7)

    years = spans("year")
    assert [start for start, _, _ in years] == [date(year, 7, 1) for year in range(first, last + 1)]
    QuotaFactory(period=FiscalPeriod.objects.of_kind("year").first())
    with pytest.raises(ValidationError) as refusal:
        calendar.configure(by=None, fiscal_year_start_month=4, name="Other")
    assert "Quotas are set" in refusal.value.message_dict["fiscal_year_start_month"][0]
    assert spans("year") == years
    assert Organisation.objects.get().name == "Northwind"


def test_ensure_years_writes_each_year_once() -> None:
    OrganisationFactory(fiscal_year_start_month=1)

    calendar.ensure_years(2025, 2026)
    calendar.ensure_years(2024, 2026)

    assert spans("year") == [
        (date(year, 1, 1), date(year + 1, 1, 1), f"FY {year}") for year in (2024, 2025, 2026)
    ]
    assert spans("quarter")[0] == (date(2024, 1, 1), date(2024, 4, 1), "Q1 2024")
    assert spans("month")[-1] == (date(2026, 12, 1), date(2027, 1, 1), "Dec 2026")
    assert [len(spans(kind)) for kind in ("year", "quarter", "month")] == [3, 12, 36]


def test_each_part_hangs_under_the_period_it_lies_in() -> None:
    OrganisationFactory(fiscal_year_start_month=11)

    calendar.ensure_years(2026, 2026)

    parts = FiscalPeriod.objects.exclude(parent=None).select_related("parent")
    assert len(parts) == 16
    for part in parts:
        assert part.parent.start_on <= part.start_on < part.end_on <= part.parent.end_on
        assert (part.parent.kind, part.kind) in {("year", "quarter"), ("quarter", "month")}


@pytest.mark.parametrize("years", [(1900, 2000), (2000, 2500), (2001, 2000)])
def test_ensure_years_refuses_years_out_of_reach(years: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="1980 to 2199"):
        calendar.ensure_years(*years)


def test_period_on_writes_a_year_that_is_missing() -> None:
    OrganisationFactory(fiscal_year_start_month=4)

    found = calendar.period_on(date(2031, 2, 28), PeriodKind.QUARTER)

    assert (found.start_on, found.end_on) == (date(2031, 1, 1), date(2031, 4, 1))
    assert found.label == "Q4 2030/31"
    assert calendar.period_on(date(2031, 3, 31), PeriodKind.QUARTER) == found


@given(
    first_month=st.integers(1, 12),
    day=st.dates(date(2000, 1, 1), date(2100, 12, 31)),
)
@settings(max_examples=2000, deadline=None)
def test_each_day_lies_in_one_month_quarter_and_year(first_month: int, day: date) -> None:
    start = periods.fiscal_year_start(day, first_month=first_month)
    around = [periods.fiscal_year(start.replace(year=start.year + offset)) for offset in (-1, 0, 1)]
    quarters = [quarter for year in around for quarter in periods.quarters(year)]
    months = [month for quarter in quarters for month in periods.months(quarter)]

    for found in (around, quarters, months):
        assert sum(day in period for period in found) == 1
        assert all(one.end == next_.start for one, next_ in pairwise(found))
    year = next(period for period in around if day in period)
    assert year.start.month == first_month
    assert year.start.day == 1
    assert year.days in {365, 366}


@pytest.mark.parametrize("first_month", range(1, 13))
def test_the_rows_of_a_century_hold_each_day_once(first_month: int) -> None:
    OrganisationFactory(fiscal_year_start_month=first_month)

    calendar.ensure_years(1999, 2100)

    first, last = date(2000, 1, 1), date(2100, 12, 31)
    for kind in PeriodKind:
        rows = spans(kind)
        assert rows[0][0] <= first
        assert rows[-1][1] > last
        assert all(one[1] == next_[0] for one, next_ in pairwise(rows))
        labels = [label for _, _, label in rows]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", date(2026, 3, 31), datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 3, 31), datetime(2026, 3, 31, 18, 14, 59, 999999, UTC)),
        ("America/St_Johns", date(2026, 3, 31), datetime(2026, 4, 1, 2, 29, 59, 999999, UTC)),
        # Clocks skip midnight of the next day here: the day ends at 00:00 EET, which is 22:00 UTC.
        ("Africa/Cairo", date(2026, 4, 23), datetime(2026, 4, 23, 21, 59, 59, 999999, UTC)),
        # Samoa left out the whole of 30 December 2011.
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 30, 9, 59, 59, 999999, UTC)),
    ],
)
def test_end_of_day_is_the_last_moment_in_the_zone(zone: str, day: date, end: datetime) -> None:
    OrganisationFactory(time_zone=zone)

    moment = calendar.end_of_day(day)

    assert moment == end
    assert moment.astimezone(ZoneInfo(zone)).date() == day
    assert (moment + timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() > day


def test_a_holiday_is_added_once_and_can_be_removed() -> None:
    holiday = calendar.add_holiday(by=None, day=date(2026, 1, 1), name=" New Year ")

    with pytest.raises(ValidationError) as refusal:
        calendar.add_holiday(by=None, day=date(2026, 1, 1), name="Again")
    assert "already a day off" in refusal.value.message_dict["day"][0]
    with pytest.raises(ValidationError) as refusal:
        calendar.add_holiday(by=None, day=date(2026, 1, 2), name=" ")
    assert "name" in refusal.value.message_dict
    calendar.remove_holiday(holiday, by=None)
    assert not Holiday.objects.exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "holiday.remove",
        "holiday.add",
    ]


def test_an_exchange_rate_is_set_and_mended_for_its_day() -> None:
    OrganisationFactory(currency="USD")
    day = date(2026, 1, 1)

    calendar.set_exchange_rate(by=None, currency="eur", valid_from=day, rate=Decimal("1.10"))
    calendar.set_exchange_rate(by=None, currency="EUR", valid_from=day, rate=Decimal("1.12"))
    calendar.set_exchange_rate(by=None, currency="EUR", valid_from=day, rate=Decimal("1.12"))

    assert ExchangeRate.objects.get().rate == Decimal("1.12")
    assert [entry.changes["rate"] for entry in AuditEntry.objects.all()] == [
        ["1.10000000", "1.12"],
        [None, "1.10"],
    ]


@pytest.mark.parametrize(
    ("currency", "rate", "field"),
    [
        ("EURO", "1", "currency"),
        ("USD", "1", "currency"),
        ("EUR", "0", "rate"),
        ("EUR", "-1", "rate"),
        ("EUR", "NaN", "rate"),
        ("EUR", "0.123456789", "rate"),
        ("EUR", "99999999999", "rate"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(currency: str, rate: str, field: str) -> None:
    OrganisationFactory(currency="USD")

    with pytest.raises(ValidationError) as refusal:
        calendar.set_exchange_rate(
            by=None, currency=currency, valid_from=date(2026, 1, 1), rate=Decimal(rate)
        )

    assert list(refusal.value.message_dict) == [field]
    assert not ExchangeRate.objects.exists()


def test_the_start_month_stays_once_figures_are_stored() -> None:
    calendar.configure(by=None, fiscal_year_start_month=1)
    before = spans("year")
    run = RecomputeRun.objects.create(
        as_of=date(2026, 8, 31), moment=datetime(2026, 9, 1, tzinfo=UTC), trigger=Trigger.COMMAND
    )
    ForecastRun.objects.create(run=run, period=FiscalPeriod.objects.of_kind("quarter")[0])

    with pytest.raises(ValidationError) as refusal:
        calendar.configure(by=None, fiscal_year_start_month=7)

    assert "Stored figures" in refusal.value.message_dict["fiscal_year_start_month"][0]
    assert spans("year") == before
    assert Organisation.objects.get().fiscal_year_start_month == 1
