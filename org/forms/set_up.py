"""Every input of the pages that set up the organisation and its people."""

from calendar import day_name, month_name
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from kit.fields import choices
from kit.forms import (
    DayField,
    ExactDecimalField,
    KitForm,
    PageField,
    PlainTextField,
    SortField,
    choose,
)
from kit.tables import Column
from org.enums import ROLE_LABELS, Role
from org.models.people import Person
from org.models.teams import Team
from org.reports.set_up import SIGN_INS, STANDINGS
from org.services.calendar import FIRST_YEAR, LAST_YEAR

MOST_LINES = 500


class PeopleTextField(PlainTextField):
    """People by name, e-mail address or id of another system, one a line; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[Person]:
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(f"Give {MOST_LINES} lines at most.")
        found: dict[int, Person] = {}
        faults = []
        for number, line in enumerate(lines, start=1):
            people = _named(line)
            if len(people) == 1:
                found[people[0].pk] = people[0]
            else:
                faults.append(_fault(number, line, len(people)))
        if faults:
            raise ValidationError(faults)
        return list(found.values())


def _named(line: str) -> list[Person]:
    named = Q(full_name__iexact=line) | Q(email__iexact=line) | Q(external_id=line)
    return list(Person.objects.active().filter(named)[:2])


def _fault(number: int, line: str, found: int) -> str:
    if found:
        return f"Line {number}: several people are called “{line}”. Use the e-mail address."
    return f"Line {number}: nobody here is called “{line}”."


ROLE_CHOICES = choices(Role, ROLE_LABELS)


class PeopleFilter(KitForm):
    """The address of the list of people."""

    q = PlainTextField(label="Search", required=False, max_length=100)
    team = forms.ModelChoiceField(
        queryset=Team.objects.live(), required=False, label="Team", empty_label="All teams"
    )
    role = forms.ChoiceField(choices=[("", "All roles"), *ROLE_CHOICES], required=False)
    standing = forms.ChoiceField(choices=STANDINGS, required=False, label="Standing")
    sign_in = forms.ChoiceField(choices=SIGN_INS, required=False, label="Sign-in")
    page = PageField()

    def __init__(self, *args: Any, columns: list[Column], admin: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sort"] = SortField(columns=columns, default="name")
        if not admin:
            del self.fields["sign_in"]


class PersonPageForm(KitForm):
    """One of several forms of a page: its inputs have ids of their own."""

    part = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["auto_id"] = f"{self.part}-%s"
        super().__init__(*args, **options)


class DetailsForm(PersonPageForm):
    """What a person is called and how they are reached."""

    part = "details"

    full_name = PlainTextField(label="Name", max_length=200)
    email = forms.EmailField(
        label="E-mail address", required=False, help_text="They sign in with it. Empty: no sign-in."
    )
    title = PlainTextField(label="Job title", max_length=200, required=False)
    started_on = DayField(label="First working day", required=False)
    external_id = PlainTextField(
        label="Id in another system",
        max_length=100,
        required=False,
        help_text="Imports recognise the person by it.",
    )


class RolesForm(PersonPageForm):
    part = "roles"

    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Somebody without a role can sign in and see nothing.",
    )


class ReportingLineForm(PersonPageForm):
    part = "line"

    manager = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        required=False,
        label="Reports to",
        empty_label="Nobody",
        help_text="People with the role Manager are listed.",
    )
    since = DayField(label="From", help_text="The first day. A past day corrects the past.")

    def __init__(self, *args: Any, managers: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "manager", managers)


class _PlaceInTeamForm(PersonPageForm):
    team = forms.ModelChoiceField(
        queryset=Team.objects.live(), required=False, label="Team", empty_label="No team"
    )
    is_lead = forms.BooleanField(label="Leads the team", required=False)


class TeamMembershipForm(_PlaceInTeamForm):
    part = "team"

    since = DayField(
        label="From", help_text="The first day. Deals count for the team of the day they close."
    )


class NewPersonForm(DetailsForm, RolesForm, _PlaceInTeamForm):
    """A new person with, where given, a place in the organisation."""

    manager = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, label="Reports to", empty_label="Nobody"
    )
    since = DayField(
        label="In this place from", required=False, help_text="Empty: the first working day."
    )
    invite = forms.BooleanField(
        label="Send an e-mail with a link to set a password", required=False, initial=True
    )

    field_order = (
        *("full_name", "email", "invite", "title", "started_on", "roles", "team"),
        *("external_id", "manager", "is_lead", "since"),
    )

    def __init__(self, *args: Any, managers: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "manager", managers)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["since"] = values.get("since") or values.get("started_on")
        if (values.get("manager") or values.get("team")) and not values["since"]:
            words = "Say from when they report to their manager and are in the team."
            self.add_error("since", words)
        return values


class LeaveForm(PersonPageForm):
    """When a person left, and who takes over those who reported to them."""

    part = "leave"

    on = DayField(label="First day they are gone")
    successor = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        required=False,
        label="Who takes over their reports",
        empty_label="Nobody: they have none",
    )

    def __init__(self, *args: Any, successors: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "successor", successors)


class TreeFilter(KitForm):
    """Whether a tree shows what is archived."""

    archived = forms.BooleanField(label="Show archived", required=False)


class NodeForm(KitForm):
    name = PlainTextField(max_length=200)
    parent = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        required=False,
        label="Part of",
        empty_label="Nothing: at the top",
    )

    def __init__(self, *args: Any, parents: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "parent", parents)


class PlaceForm(NodeForm):
    """The same for one that is there, with the day as of which it moves."""

    since = DayField(
        label="As of",
        required=False,
        help_text="If it moves: figures of the days before stay where they are.",
    )


class MembersForm(KitForm):
    people = PeopleTextField(
        label="People",
        help_text="Names or e-mail addresses, one a line; paste as many as you like.",
    )
    since = DayField(label="From", help_text="They leave their team of before on that day.")
    is_lead = forms.BooleanField(label="They lead the team", required=False)


class TerritoryPeopleForm(KitForm):
    people = PeopleTextField(
        label="People",
        help_text="Names or e-mail addresses, one a line; paste as many as you like.",
    )
    since = DayField(label="From")
    until = DayField(
        label="Until", required=False, help_text="The first day on which they no longer work it."
    )


class EndForm(KitForm):
    on = DayField(label="Ends on")


MONTHS = list(enumerate(month_name))[1:]
WEEKDAYS = list(enumerate(day_name))


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
    year = forms.IntegerField(
        label="Fiscal year that starts in", min_value=FIRST_YEAR, max_value=LAST_YEAR
    )


class HolidayForm(KitForm):
    day = DayField(label="Day")
    name = PlainTextField(label="Name", max_length=100)


class RateForm(KitForm):
    currency = PlainTextField(label="Currency", max_length=3, help_text="Such as EUR.")
    valid_from = DayField(label="From")
    rate = ExactDecimalField(
        label="One unit is worth",
        max_digits=18,
        decimal_places=8,
        help_text="In the reporting currency.",
    )


class SubjectField(PlainTextField):
    """A row as "org.person:12", which is how links of other pages name it."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> tuple[str, int] | None:
        text = super().clean(value)
        if not text:
            return None
        kind, _, number = text.rpartition(":")
        if not kind or not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValidationError("A subject is named like org.person:12.")
        return kind, int(number)


class AuditFilter(KitForm):
    """The address of the audit log."""

    actor = PlainTextField(label="Who", required=False, max_length=100)
    action = forms.ChoiceField(label="Deed", required=False)
    about = PlainTextField(label="About", required=False, max_length=100)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    subject = SubjectField(required=False)
    page = PageField()

    def __init__(self, *args: Any, actions: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "All deeds"), *actions]
