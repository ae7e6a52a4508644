"""Forms of the pages that compare the pipeline with an earlier moment."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from analytics.context.forms import PipelineViewForm, one_of_these
from analytics.context.reports import OrganisationCalendar
from analytics.review.enums import Movement, Unit
from analytics.review.reports.changes import last_review
from analytics.review.reports.inspection import CLOSING
from analytics.review.tables import REVIEW as REVIEW_COLUMNS
from analytics.review.tables import changed_columns
from analytics.risk.enums import Only, Signal
from analytics.risk.reports.filter import CONDITIONS
from kit.display import moment
from kit.fields import choices
from kit.forms import DayField, FileField, KitForm, NameField, PageField, PlainTextField, SortField
from kit.periods import refusal_of_as_of
from kit.tables import Sort
from org import access
from org.models.people import Person
from pipeline.enums import CATEGORY_LABELS

REVIEW, START = "review", "start"
WEEKS = {"1w": 1, "2w": 2, "4w": 4}
SINCE = [
    ("", "Last review, or a week ago"),
    (REVIEW, "Last review"),
    ("1w", "1 week ago"),
    ("2w", "2 weeks ago"),
    ("4w", "4 weeks ago"),
    (START, "Start of the period"),
]
OPENING, FLOW = "opening", "flow"
CAME, WENT = "came", "went"
REVIEWED = {CLOSING, *CATEGORY_LABELS, *(str(movement) for movement in Movement)}
SHOWN = {OPENING, CLOSING, CAME, WENT, FLOW, *(str(movement) for movement in Movement)}


class SinceForm(PipelineViewForm):
    """The report view of a scope beside an earlier moment: the last review, a day, or so long ago.

    ``since`` is "review", "start", "1w", "2w", "4w", or a day, which stands for its end; left out,
    the viewer's last review of this scope and pipeline or, without one, a week ago.
    """

    since = forms.ChoiceField(required=False, label="Compare with", choices=SINCE)
    since_day = DayField(required=False, label="or the end of")

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        self.order_fields(
            ["team", "person", "territory", "pipeline", "period", "since", "since_day", "as_of"]
        )

    def clean_since_day(self) -> date | None:
        day: date | None = self.cleaned_data["since_day"]
        today = self.calendar.day(self.now)
        if day is not None and (refusal := refusal_of_as_of(day, today=today)):
            raise ValidationError(refusal)
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        if self.errors or self.is_elsewhere:
            return given
        self.last_review = last_review(
            self.viewer, self.scope, pipeline=given["pipeline"], before=self.moment
        )
        given["since_moment"] = self._since(given)
        return given

    @property
    def moment(self) -> datetime:
        """The later moment of the comparison."""
        as_of = self.cleaned_data["as_of"]
        return self.calendar.end_of(as_of) if as_of else self.now

    @property
    def compared_with(self) -> str:
        """The earlier moment in words; for a valid form."""
        given = self.cleaned_data
        at = moment(given["since_moment"].astimezone(self.calendar.zone))
        if given["since_day"] is None and given["since"] in ("", REVIEW) and self.last_review:
            return f"your last review, {at}"
        return at

    def _since(self, given: dict[str, Any]) -> datetime | None:
        field, found = "since", None
        if given["since_day"]:
            field, found = "since_day", self.calendar.end_of(given["since_day"])
        elif given["since"] == START:
            found = self.calendar.start_of(given["period"].period.start)
        elif given["since"] in WEEKS:
            found = self.moment - timedelta(weeks=WEEKS[given["since"]])
        elif given["since"] == REVIEW or self.last_review is not None:
            found = self.last_review
        else:
            found = self.moment - timedelta(weeks=1)
        if found is None:
            self.add_error("since", "You have not reviewed this pipeline yet.")
        elif found >= self.moment:
            self.add_error(field, "Choose a moment before the one that is looked at.")
            return None
        return found


class ChangesForm(SinceForm):
    """What changed, in which unit, and the deals of which bar, or of which ``link`` of the flow."""

    unit = forms.ChoiceField(required=False, label="Count", choices=choices(Unit))
    by = forms.ChoiceField(
        required=False,
        label="Flow by",
        choices=[("category", "Forecast category"), ("stage", "Stage")],
    )
    show = NameField(SHOWN)
    link = PlainTextField(required=False, max_length=80, widget=forms.HiddenInput)
    sort = SortField(columns=changed_columns(Unit.AMOUNT), default="-value")
    page = PageField()
    file = FileField()

    def clean_sort(self) -> Sort | None:
        """Return the order asked for; None for that of a bar: what moved most first."""
        return self.cleaned_data["sort"] if self.data.get("sort") else None

    def clean_unit(self) -> Unit:
        return Unit(self.cleaned_data["unit"] or Unit.AMOUNT)

    def clean_by(self) -> str:
        return self.cleaned_data["by"] or "category"


class ReviewForm(SinceForm):
    """Which deals of the pipeline to go through, and in what order."""

    only = forms.ChoiceField(
        required=False,
        label="Only",
        choices=[
            ("", "All"),
            *choices(Only),
            *((str(signal), signal.label) for signal in Signal if signal in CONDITIONS),
        ],
    )
    show = NameField(REVIEWED)
    sort = SortField(columns=REVIEW_COLUMNS, default="-amount")
    page = PageField()

    def clean_show(self) -> str:
        return self.cleaned_data["show"] or CLOSING


class ReviewedForm(KitForm):
    """That a pipeline was gone through, as it was when its page was made."""

    seen_at = forms.DateTimeField(widget=forms.HiddenInput)
    submission = forms.UUIDField(widget=forms.HiddenInput)


class ViewForm(KitForm):
    """A name for the filter of a list, and with whom to share it."""

    name = PlainTextField(max_length=80, label="Name")
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, viewer: Person, calendar: OrganisationCalendar, query: str = ""
    ) -> None:
        super().__init__(data, initial={"query": query})
        self.shared = shared = access.shared_team_ids(viewer, parents=calendar.parents)
        options = [
            (team, name)
            for team, name in calendar.team_names.items()
            if team in shared - calendar.archived_teams
        ]
        self.fields["team"] = one_of_these(options, label="Share with", none="Nobody")
