"""Inputs of the pages about people."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from kit.fields import choices
from kit.forms import DayField, KitForm, PageField, PlainTextField, SortField, choose
from kit.tables import Column
from org.enums import ROLE_LABELS, Role
from org.models.people import Person
from org.models.teams import Team
from org.reports.people import SIGN_INS, STANDINGS

ROLE_CHOICES = choices(Role, ROLE_LABELS)


class PeopleFilter(KitForm):
    """The address of the list of people."""

    q = PlainTextField(label="Search", required=False, max_length=100)
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Team", empty_label="All teams"
    )
    role = forms.ChoiceField(choices=[("", "All roles"), *ROLE_CHOICES], required=False)
    standing = forms.ChoiceField(choices=STANDINGS, required=False, label="Standing")
    sign_in = forms.ChoiceField(choices=SIGN_INS, required=False, label="Sign-in")
    page = PageField()

    def __init__(self, *args: Any, columns: list[Column], admin: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sort"] = SortField(columns=columns, default="name")
        choose(self, "team", Team.objects.live())
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
    """What a person may do here."""

    part = "roles"

    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Somebody without a role can sign in and see nothing.",
    )


class ReportingLineForm(PersonPageForm):
    """To whom a person reports, and from when."""

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


class TeamMembershipForm(PersonPageForm):
    """Which team a person is in, and from when."""

    part = "team"

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Team", empty_label="No team"
    )
    is_lead = forms.BooleanField(label="Leads the team", required=False)
    since = DayField(
        label="From", help_text="The first day. Deals count for the team of the day they close."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "team", Team.objects.live())


class NewPersonForm(DetailsForm, RolesForm):
    """A new person with, where given, a place in the organisation."""

    manager = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, label="Reports to", empty_label="Nobody"
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Team", empty_label="No team"
    )
    is_lead = forms.BooleanField(label="Leads the team", required=False)
    since = DayField(
        label="In this place from", required=False, help_text="Empty: the first working day."
    )
    invite = forms.BooleanField(
        label="Send an e-mail with a link to set a password", required=False, initial=True
    )

    field_order = ("full_name", "email", "invite", "title", "started_on", "roles", "team")

    def __init__(self, *args: Any, managers: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "manager", managers)
        choose(self, "team", Team.objects.live())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["since"] = values.get("since") or values.get("started_on")
        if (values.get("manager") or values.get("team")) and not values["since"]:
            self.add_error(
                "since", "Say from when they report to their manager and are in the team."
            )
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
