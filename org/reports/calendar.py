"""What the pages about the organisation and its calendar read."""

from dataclasses import dataclass
from datetime import date

from org.enums import PeriodKind
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.services.calendar import UNNAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """A fiscal year with its quarters; ``is_current`` on the one that holds the day."""

    year: FiscalPeriod
    quarters: list[FiscalPeriod]
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """Fiscal years, days off and rates, and the calendar year in which the next one starts.

    Days off and rates are those of one calendar ``year``; each has the years that hold any.
    """

    years: list[YearRow]
    year: int
    holidays: list[Holiday]
    holiday_years: list[int]
    rates: list[ExchangeRate]
    rate_years: list[int]
    currency: str
    next_year: int


def settings_now() -> Organisation:
    """Return the settings as they are, unsaved defaults on an empty installation."""
    return Organisation.objects.first() or Organisation(name=UNNAMED)


def calendar_page(*, day: date, year: int) -> CalendarPage:
    periods = list(FiscalPeriod.objects.exclude(kind=PeriodKind.MONTH).order_by("start_on"))
    quarters: dict[int | None, list[FiscalPeriod]] = {}
    for period in periods:
        quarters.setdefault(period.parent_id, []).append(period)
    years = [
        YearRow(year=year, quarters=quarters.get(year.pk, []), is_current=day in year.period)
        for year in quarters.get(None, [])
    ]
    holidays = list(Holiday.objects.order_by("-day"))
    rates = list(ExchangeRate.objects.order_by("currency", "-valid_from"))
    return CalendarPage(
        years=years[::-1],
        year=year,
        holidays=[holiday for holiday in holidays if holiday.day.year == year],
        holiday_years=_newest_first({holiday.day.year for holiday in holidays} | {year}),
        rates=[rate for rate in rates if rate.valid_from.year == year],
        rate_years=_newest_first({rate.valid_from.year for rate in rates} | {year}),
        currency=settings_now().currency,
        next_year=years[-1].year.start_on.year + 1 if years else day.year,
    )


def _newest_first(years: set[int]) -> list[int]:
    return sorted(years, reverse=True)
