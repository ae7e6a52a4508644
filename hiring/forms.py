"""Every input of hiring's pages."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict

from hiring import rules
from hiring.enums import RequisitionState, StageKind
from hiring.models import Candidate, HiringStage, Requisition
from hiring.services import CANDIDATE_FIELDS, REQUISITION_FIELDS, STAGE_FIELDS
from kit.edits import EditForm, chosen
from kit.fields import choices
from kit.forms import DayField, KitForm, PlainTextField, choose
from org import access
from org.enums import Role
from org.models.people import Person
from org.models.teams import Team


class PeopleChoiceField(forms.ModelMultipleChoiceField):
    """Some of the people, each with a box of their own, found by typing a part of the name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(queryset=Person.objects.active(), required=False)


class _RequisitionFields(KitForm):
    title = PlainTextField(max_length=200, label="Title")
    heads = forms.IntegerField(min_value=1, max_value=500, initial=1, label="People to hire")
    opened_on = DayField(label="Opened on")
    start_on = DayField(label="Start wanted by", required=False)
    reason = PlainTextField(max_length=500, required=False, label="Why")


class RequisitionForm(_RequisitionFields):
    """A new requisition; managers offered are those the viewer may name."""

    team = forms.ModelChoiceField(queryset=Team.objects.live())
    hiring_manager = forms.ModelChoiceField(queryset=Person.objects.none(), label="Hiring manager")
    interviewers = PeopleChoiceField()
    field_order = ("title", "team", "hiring_manager")

    def __init__(self, *args: Any, viewer: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "hiring_manager", _managers(viewer))


class EditRequisitionForm(EditForm, _RequisitionFields):
    """What of a requisition is corrected by hand; its people and state have forms of their own."""

    def __init__(self, data: QueryDict | None = None, *, requisition: Requisition) -> None:
        super().__init__(
            data and chosen(data), initial=_stored(requisition, [*REQUISITION_FIELDS, "version"])
        )
        self.remember_what_is_seen()


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


class RequisitionStateForm(KitForm):
    state = forms.ChoiceField(choices=choices(RequisitionState))
    reason = PlainTextField(max_length=500, label="Why")
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class InterviewersForm(KitForm):
    interviewers = PeopleChoiceField()


class _CandidateFields(KitForm):
    full_name = PlainTextField(max_length=200, label="Name")
    email = forms.EmailField(required=False, label="E-mail")
    phone = PlainTextField(max_length=60, required=False)
    source = PlainTextField(max_length=100, required=False, label="Where from")
    notes = PlainTextField(
        max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CandidateForm(_CandidateFields):
    submission = forms.UUIDField(widget=forms.HiddenInput)


class EditCandidateForm(EditForm, _CandidateFields):
    def __init__(self, data: QueryDict | None = None, *, candidate: Candidate) -> None:
        super().__init__(
            data and chosen(data), initial=_stored(candidate, [*CANDIDATE_FIELDS, "version"])
        )
        self.remember_what_is_seen()


class MoveApplicationForm(KitForm):
    to = forms.ModelChoiceField(
        queryset=HiringStage.objects.live(), label="Move to", empty_label="Choose a stage"
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, left: int | None = None, **options: Any) -> None:
        """Offer the stages in use but the one that is ``left``."""
        super().__init__(*args, **options)
        if left is not None:
            choose(self, "to", HiringStage.objects.live().exclude(pk=left))


class EraseForm(KitForm):
    sure = forms.BooleanField(label="Erase name, contact data and notes for good")


class HiringStageForm(KitForm):
    name = PlainTextField(max_length=100, label="Stage")
    kind = forms.ChoiceField(
        choices=choices(StageKind),
        label="Candidates in it are",
        help_text="Open: still considered. Once somebody has stood in the stage, this stays.",
    )
    order = forms.IntegerField(
        min_value=0, max_value=32_000, label="Place", help_text="Stages run from low to high."
    )

    def __init__(
        self, data: Any = None, *, stage: HiringStage | None = None, order: int = 10
    ) -> None:
        stored = (
            {name: getattr(stage, name) for name in STAGE_FIELDS} if stage else {"order": order}
        )
        super().__init__(data, initial=stored)


def _stored(row: Model, names: Collection[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _managers(viewer: Person) -> QuerySet:
    """Return the managers that the viewer may name: a recruiter any, others those they see."""
    managers = Person.objects.active().with_roles(Role.MANAGER)
    return managers if viewer.is_recruiter else managers.filter(access.people_filter(viewer, "pk"))
