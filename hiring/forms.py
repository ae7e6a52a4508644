"""Every input of hiring's pages."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from hiring import rules
from hiring.enums import RequisitionState
from hiring.models import HiringStage, Requisition
from kit.fields import choices
from kit.forms import DayField, KitForm, PlainTextField, choose
from org import access
from org.enums import Role
from org.models.people import Person
from org.models.teams import Team


class PeopleField(forms.ModelMultipleChoiceField):
    """Some of the people, each with a box of their own, found by typing a part of the name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(queryset=Person.objects.none(), required=False)


class RequisitionForm(KitForm):
    """A new requisition; managers offered are those the viewer may name."""

    title = PlainTextField(max_length=200, label="Title")
    team = forms.ModelChoiceField(queryset=Team.objects.none())
    hiring_manager = forms.ModelChoiceField(queryset=Person.objects.none(), label="Hiring manager")
    heads = forms.IntegerField(min_value=1, max_value=500, initial=1, label="People to hire")
    opened_on = DayField(label="Opened on")
    start_on = DayField(label="Start wanted by", required=False)
    reason = PlainTextField(max_length=500, required=False, label="Why")
    interviewers = PeopleField()

    def __init__(self, *args: Any, viewer: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "team", Team.objects.live())
        choose(self, "hiring_manager", _managers(viewer))
        choose(self, "interviewers", Person.objects.active())


class HiringManagerForm(KitForm):
    """Who takes a requisition's candidates in hand instead of its hiring manager."""

    hiring_manager = forms.ModelChoiceField(
        queryset=Person.objects.none(), label="New hiring manager", empty_label="Choose a manager"
    )

    def __init__(self, data: Any = None, *, viewer: Person, requisition: Requisition) -> None:
        super().__init__(data)
        managers = _managers(viewer).exclude(pk=requisition.hiring_manager_id)
        if not rules.can_change(viewer, requisition):
            managers = managers.exclude(pk=viewer.pk)
        choose(self, "hiring_manager", managers)


class StateForm(KitForm):
    state = forms.ChoiceField(choices=choices(RequisitionState))
    reason = PlainTextField(max_length=500, label="Why")
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class InterviewersForm(KitForm):
    interviewers = PeopleField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "interviewers", Person.objects.active())


class CandidateForm(KitForm):
    full_name = PlainTextField(max_length=200, label="Name")
    email = forms.EmailField(required=False, label="E-mail")
    phone = PlainTextField(max_length=60, required=False)
    source = PlainTextField(max_length=100, required=False, label="Where from")
    notes = PlainTextField(
        max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)


class MoveForm(KitForm):
    to = forms.ModelChoiceField(
        queryset=HiringStage.objects.all(), label="Move to", empty_label="Choose a stage"
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, left: int | None = None, **options: Any) -> None:
        """Offer all stages but the one that is ``left``."""
        super().__init__(*args, **options)
        if left is not None:
            choose(self, "to", HiringStage.objects.exclude(pk=left))


class EraseForm(KitForm):
    sure = forms.BooleanField(label="Erase name, contact data and notes for good")


def _managers(viewer: Person) -> QuerySet:
    """Return the managers that the viewer may name: a recruiter any, others those they see."""
    managers = Person.objects.active().with_roles(Role.MANAGER)
    return managers if viewer.is_recruiter else managers.filter(access.people_filter(viewer, "pk"))
