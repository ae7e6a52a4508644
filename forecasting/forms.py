"""The filters of the forecast pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import Http404

from forecasting.reports.subjects import SubjectChoice, chosen
from forecasting.tables import DEALS, PAST, PEOPLE_SORTS
from kit.forms import AsOfField, FileField, KitForm, NameField, PageField, SortField
from org.enums import PeriodKind

KINDS = ((PeriodKind.QUARTER, "Quarters"), (PeriodKind.MONTH, "Months"))


class SubjectForm(KitForm):
    """Whose forecast. Someone the viewer may not see is as unknown as someone who is not there."""

    subject = forms.CharField(required=False, label="Forecast of", max_length=40)

    def __init__(self, data: Any, *, options: Sequence[SubjectChoice]) -> None:
        super().__init__(data)
        self.options = list(options)
        self.fields["subject"].widget = forms.Select(
            choices=[(option.key, option.name) for option in options]
        )

    def clean_subject(self) -> SubjectChoice:
        """Return the choice. Raises Http404 for one that is not offered."""
        found = chosen(self.options, self.cleaned_data["subject"])
        if found is None:
            raise Http404
        return found


class ForecastForm(SubjectForm):
    """A subject's forecasts, with one period opened, as of now or of a past day."""

    period = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)

    sort = SortField(columns=PEOPLE_SORTS, default="-total")
    file = NameField(("periods", "people"))

    def __init__(self, data: Any, *, options: Sequence[SubjectChoice], today: date) -> None:
        super().__init__(data, options=options)
        self.fields["as_of"] = AsOfField(today=today)


class DealsForm(SubjectForm):
    """The deals behind a subject's forecast of a period."""

    period = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    sort = SortField(columns=DEALS, default="-amount")
    page = PageField()
    file = FileField()


class AccuracyForm(SubjectForm):
    """A subject's past forecasts of months or quarters, all or those of one distance."""

    kind = forms.ChoiceField(choices=KINDS, required=False, label="Of")
    weeks = forms.IntegerField(required=False, min_value=0, max_value=60, widget=forms.HiddenInput)
    sort = SortField(columns=PAST, default="-made_on")
    page = PageField()
    file = NameField(("scores", "past"))

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or PeriodKind.QUARTER
