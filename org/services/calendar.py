"""The organisation's settings, its fiscal calendar, days off and exchange rates."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from kit import periods
from kit.periods import Period
from org import access, audit
from org.enums import PeriodKind
from org.models.calendar import CURRENCY_CODE, ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person
from org.models.quotas import Quota
from org.services.guard import refused_as, require_admin

UNNAMED = "Our organisation"
# The years written around today when the calendar is first made.
YEARS_BACK, YEARS_AHEAD = 3, 2
FIRST_YEAR, LAST_YEAR = 1980, 2199


def organisation() -> Organisation:
    """Return the one organisation, made with defaults on an empty installation."""
    found = Organisation.objects.first()
    if found is None:
        found, _ = Organisation.objects.get_or_create(pk=1, defaults={"name": UNNAMED})
        access.forget_settings()
    return found


@transaction.atomic
def configure(*, by: Person | None, **settings: Any) -> Organisation:
    """Change the settings that are given. Weekdays are Monday = 0 to Sunday = 6.

    A new start month rewrites the fiscal calendar; it is refused once quotas exist, and a new
    currency once a deal, a quota or an exchange rate is kept in it.
    """
    require_admin(by)
    organisation()
    subject = Organisation.objects.select_for_update().get()
    wanted = {
        name: value.strip() if isinstance(value, str) else value for name, value in settings.items()
    }
    if "currency" in wanted:
        wanted["currency"] = wanted["currency"].upper()
    if "working_days" in wanted:
        wanted["working_days"] = sorted(set(wanted["working_days"]))
    changes = {
        field: (getattr(subject, field), value)
        for field, value in wanted.items()
        if value != getattr(subject, field)
    }
    _refuse_bad_settings({field: after for field, (_, after) in changes.items()})
    for field, (_, after) in changes.items():
        setattr(subject, field, after)
    subject.full_clean(validate_unique=False)
    if changes:
        kept = "Amounts, targets or exchange rates are kept in this currency, so it stays."
        with refused_as({"organisation_currency_stays": ("currency", kept)}):
            subject.save(update_fields=list(changes))
        access.forget_settings()
        if "fiscal_year_start_month" in changes:
            _restart_calendar()
        audit.record(by, "organisation.configure", subject, changes=changes)
    if not FiscalPeriod.objects.exists():
        year = fiscal_year_of(access.today()).start.year
        ensure_years(year - YEARS_BACK, year + YEARS_AHEAD)
    return subject


def _refuse_bad_settings(wanted: dict[str, Any]) -> None:
    faults = {}
    if wanted.get("name") == "":
        faults["name"] = "Give the organisation a name."
    if "time_zone" in wanted and wanted["time_zone"] not in available_timezones():
        faults["time_zone"] = (
            f"“{wanted['time_zone']}” is not a time zone. Use a name such as Europe/Berlin."
        )
    if wanted.get("fiscal_year_start_month", 1) not in range(1, 13):
        faults["fiscal_year_start_month"] = "A fiscal year starts in a month from 1 to 12."
    days = wanted.get("working_days")
    if days is not None and (not days or not set(days) <= set(range(7))):
        faults["working_days"] = "Choose at least one day of the week."
    if faults:
        raise ValidationError(faults)


def _restart_calendar() -> None:
    """Write the fiscal periods anew for another start month."""
    field = "fiscal_year_start_month"
    if Quota.objects.exists():
        raise ValidationError(
            {field: "Quotas are set for periods of this calendar, so its start month stays."}
        )
    starts = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).values_list("start_on", flat=True)
    years = [start.year for start in starts]
    try:
        FiscalPeriod.objects.all().delete()
    except ProtectedError as error:
        raise ValidationError(
            {field: "Stored figures speak of periods of this calendar, so its start month stays."}
        ) from error
    if years:
        ensure_years(min(years), max(years))


def fiscal_year_of(day: date) -> Period:
    """Return the fiscal year that ``day`` is in, whether or not it has rows yet."""
    first_month = organisation().fiscal_year_start_month
    return periods.fiscal_year(periods.fiscal_year_start(day, first_month=first_month))


def fiscal_year_starting(year: int) -> Period:
    """Return the fiscal year that starts in this calendar year, whether or not it has rows yet."""
    return periods.fiscal_year(date(year, organisation().fiscal_year_start_month, 1))


@transaction.atomic
def ensure_years(first_year: int, last_year: int) -> None:
    """Write the rows of the fiscal years that start in these calendar years, both included.

    Years that are there are left alone; two callers at once write them once.
    """
    if not FIRST_YEAR <= first_year <= last_year <= LAST_YEAR:
        raise ValidationError(f"A calendar may reach from {FIRST_YEAR} to {LAST_YEAR}.")
    organisation()
    first_month = Organisation.objects.select_for_update(no_key=True).get().fiscal_year_start_month
    known = set(FiscalPeriod.objects.of_kind(PeriodKind.YEAR).values_list("start_on", flat=True))
    for year in range(first_year, last_year + 1):
        start = date(year, first_month, 1)
        if start not in known:
            _write_year(periods.fiscal_year(start))


@transaction.atomic
def add_year(*, by: Person | None, year: int) -> FiscalPeriod:
    """Write the fiscal year that starts in this calendar year, if it is not there yet."""
    require_admin(by)
    before = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).filter(start_on__year=year).exists()
    ensure_years(year, year)
    written = FiscalPeriod.objects.of_kind(PeriodKind.YEAR).get(start_on__year=year)
    if not before:
        audit.record(by, "calendar.add_year", written)
    return written


def _write_year(year: Period) -> None:
    parent = _row(year, PeriodKind.YEAR)
    parent.save()
    quarters = FiscalPeriod.objects.bulk_create(
        [_row(quarter, PeriodKind.QUARTER, parent) for quarter in periods.quarters(year)]
    )
    FiscalPeriod.objects.bulk_create(
        [
            _row(month, PeriodKind.MONTH, quarter)
            for quarter in quarters
            for month in periods.months(quarter.period)
        ]
    )


def _row(period: Period, kind: PeriodKind, parent: FiscalPeriod | None = None) -> FiscalPeriod:
    return FiscalPeriod(
        kind=kind, label=period.label, start_on=period.start, end_on=period.end, parent=parent
    )


def period_on(day: date, kind: str) -> FiscalPeriod:
    """Return the fiscal period of this kind that holds ``day``; a year not yet there is written."""
    rows = FiscalPeriod.objects.holding(day).filter(kind=kind)
    found = rows.first()
    if found is None:
        year = fiscal_year_of(day).start.year
        ensure_years(year, year)
        found = rows.get()
    return found


def end_of_day(day: date, *, time_zone: str | None = None) -> datetime:
    """Return the last microsecond of ``day`` in the organisation's time zone."""
    return periods.end_of_day(day, zone=ZoneInfo(time_zone or organisation().time_zone))


@transaction.atomic
def add_holiday(*, by: Person | None, day: date, name: str) -> Holiday:
    require_admin(by)
    holiday = Holiday(day=day, name=name.strip())
    holiday.full_clean(validate_unique=False)
    with refused_as({"org_holiday_day_key": ("day", f"{day} is already a day off.")}):
        holiday.save()
    audit.record(by, "holiday.add", holiday)
    return holiday


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: Person | None) -> None:
    require_admin(by)
    audit.record(by, "holiday.remove", holiday)
    holiday.delete()


@transaction.atomic
def set_exchange_rate(
    *, by: Person | None, currency: str, valid_from: date, rate: Decimal
) -> ExchangeRate:
    """Set what one unit of ``currency`` is worth in the reporting currency from a day on.

    Amounts that were converted before keep the rate they were converted at. A rate by which some
    were is refused to change: it says how they came about.
    """
    require_admin(by)
    code = currency.strip().upper()
    faults = {}
    if not re.fullmatch("[A-Z]{3}", code):
        faults["currency"] = str(CURRENCY_CODE.message)
    elif code == organisation().currency:
        faults["currency"] = f"{code} is the reporting currency itself: its rate is always 1."
    if not rate.is_finite() or rate <= 0:
        faults["rate"] = "A rate is greater than zero."
    if faults:
        raise ValidationError(faults)
    found = (
        ExchangeRate.objects.select_for_update()
        .filter(currency=code, valid_from=valid_from)
        .first()
    )
    before, standing = (found.rate, found.plain_rate) if found else (None, "")
    used = f"Amounts were converted at {standing}, so the rate of this day stays."
    subject = found or ExchangeRate(currency=code, valid_from=valid_from)
    subject.rate = rate
    subject.full_clean(validate_unique=False, validate_constraints=False)
    refusals = {
        "exchange_rate_once_a_day": ("valid_from", f"{code} already has a rate from this day."),
        "exchange_rate_unused": ("rate", f"{used} Enter another one from a later day."),
    }
    with refused_as(refusals):
        subject.save()
    if before != rate:
        audit.record(by, "exchange_rate.set", subject, changes={"rate": (before, rate)})
    return subject


@transaction.atomic
def remove_exchange_rate(subject: ExchangeRate, *, by: Person | None) -> None:
    """Remove a rate by which no amount was ever converted."""
    require_admin(by)
    audit.record(by, "exchange_rate.remove", subject)
    used = "Amounts were converted by this rate, so it stays: it says how they came about."
    with refused_as({"exchange_rate_unused": ("__all__", used)}):
        subject.delete()
