"""Every input of coaching's pages."""

import uuid
from typing import Any

from django import forms

from coaching.enums import ItemState, SessionState
from coaching.models import OneOnOne, Session
from coaching.tables import ONE_ON_ONES
from kit.fields import choices
from kit.forms import DayField, FileField, KitForm, PlainTextField, SortField, choose
from org.models.people import Person

RHYTHMS = [(7, "Every week"), (14, "Every two weeks"), (28, "Every four weeks")]


class ListForm(KitForm):
    """The address of the list of one-on-ones."""

    sort = SortField(columns=ONE_ON_ONES, default="other")
    file = FileField()


class StartSeriesForm(KitForm):
    """With whom, and how often: the choices are the viewer's reports and own manager."""

    other = forms.ModelChoiceField(queryset=Person.objects.none(), label="With")
    every_days = forms.TypedChoiceField(choices=RHYTHMS, coerce=int, initial=7, label="How often")

    def __init__(self, *args: Any, others: list[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "other", Person.objects.filter(pk__in=[person.pk for person in others]))


class PlanForm(KitForm):
    planned_on = DayField(label="Day")


class SessionStateForm(KitForm):
    state = forms.TypedChoiceField(choices=choices(SessionState), coerce=SessionState)


class NoteForm(KitForm):
    """A note for both. The ids of fields differ from the other forms' of the session's page."""

    body = PlainTextField(
        label="Note for both",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "id": "note-body"}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput(attrs={"id": "note-submission"}))


class EditNoteForm(KitForm):
    body = PlainTextField(label="Note", max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class PrivateNoteForm(KitForm):
    """The author's own note, and the version of it that they saw."""

    body = PlainTextField(
        label="Only you read this",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "id": "private-body"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ItemForm(KitForm):
    """An action item; its owner is one of the two people."""

    task = PlainTextField(label="What", max_length=500)
    owner = forms.ModelChoiceField(queryset=Person.objects.none(), label="Who", empty_label=None)
    due_on = DayField(label="Until", required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, one_on_one: OneOnOne, **options: Any) -> None:
        super().__init__(*args, **options)
        two = [one_on_one.person_id, one_on_one.manager_id]
        choose(self, "owner", Person.objects.filter(pk__in=two))


class ItemStateForm(KitForm):
    """The new state of an item, and the session on whose page it was given."""

    state = forms.TypedChoiceField(choices=choices(ItemState), coerce=ItemState)
    session = forms.ModelChoiceField(
        queryset=Session.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, one_on_one: OneOnOne, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "session", one_on_one.sessions.all())


def fresh() -> dict[str, uuid.UUID]:
    """Return the initial values of a form whose double click must count once."""
    return {"submission": uuid.uuid4()}
