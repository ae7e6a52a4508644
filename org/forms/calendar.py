"""Inputs of the pages about the organisation, its calendar and exchange rates."""

from zoneinfo import available_timezones

from django import forms

from kit.forms import DayField, ExactDecimalField, KitForm, PlainTextField
from org.services.calendar import FIRST_YEAR, LAST_YEAR

MONTHS = [
    (number, name)
    for number, name in enumerate(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        start=1,
    )
]
WEEKDAYS = list(
    enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
)


def zone_choices() -> list[tuple[str, str]]:
    """Return every time zone that has rules, UTC first."""
    zones = sorted(available_timezones() - {"UTC", "Factory", "localtime"})
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *zones]]


YEARS, RATES, HOLIDAYS = "years", "rates", "holidays"
PARTS = [(YEARS, "Fiscal years"), (RATES, "Exchange rates"), (HOLIDAYS, "Days off")]


class CalendarPartForm(KitForm):
    """Which part of the calendar's page is open, and of which calendar year."""

    part = forms.ChoiceField(required=False, choices=PARTS)
    year = forms.IntegerField(required=False, min_value=1900, max_value=2200)


class OrganisationForm(KitForm):
    """The settings that every page depends on."""

    name = PlainTextField(label="Name of the organisation", max_length=200)
    time_zone = forms.ChoiceField(
        choices=zone_choices, label="Time zone", help_text="Decides on which day a deal closes."
    )
    fiscal_year_start_month = forms.TypedChoiceField(
        choices=MONTHS,
        coerce=int,
        label="Fiscal years start in",
        help_text="Can be changed until the first quota is set.",
    )
    currency = PlainTextField(
        label="Reporting currency",
        max_length=3,
        help_text="Three letters, such as EUR. Can be changed until deals have amounts.",
    )
    working_days = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS, coerce=int, label="Working days", widget=forms.CheckboxSelectMultiple
    )
    shows_leaderboard = forms.BooleanField(
        label="Reps see the totals of their team and each other's rank", required=False
    )


class YearForm(KitForm):
    """A fiscal year to be written."""

    year = forms.IntegerField(
        label="Fiscal year that starts in", min_value=FIRST_YEAR, max_value=LAST_YEAR
    )


class HolidayForm(KitForm):
    """A day off."""

    day = DayField(label="Day")
    name = PlainTextField(label="Name", max_length=100)


class RateForm(KitForm):
    """What a currency is worth from a day on."""

    currency = PlainTextField(label="Currency", max_length=3, help_text="Such as EUR.")
    valid_from = DayField(label="From")
    rate = ExactDecimalField(
        label="One unit is worth",
        max_digits=18,
        decimal_places=8,
        help_text="In the reporting currency.",
    )
