"""Forms of win/loss reviews and their list."""

from datetime import date, datetime
from typing import Any

from django import forms

from analytics.context.forms import OwnerScopeForm
from analytics.context.reports import OrganisationCalendar
from kit.forms import DayField, KitForm, PageField, PlainTextField
from org.models.people import Person
from pipeline.deals.models import Deal
from pipeline.discipline.models import ClosingReview
from pipeline.discipline.services.closing_reviews import FIELDS
from pipeline.stages.forms import TEXT_AREA, competitor_field


class ClosingReviewForm(KitForm):
    decided_by = PlainTextField(max_length=5000, label="What decided it?", widget=TEXT_AREA)
    learnt = PlainTextField(
        required=False,
        max_length=5000,
        label="What would we repeat or change?",
        widget=TEXT_AREA,
    )
    asked = PlainTextField(required=False, max_length=200, label="Who was asked at the buyer")
    reviewed_on = DayField(label="Reviewed on")

    def __init__(
        self,
        data: Any = None,
        *,
        viewer: Person,
        deal: Deal,
        review: ClosingReview | None,
        today: date,
    ) -> None:
        stored = {"competitor": deal.competitor_id, "reviewed_on": today}
        if review is not None:
            stored = {name: getattr(review, name) for name in FIELDS}
        super().__init__(data, initial=stored)
        keep = review.competitor if review else deal.competitor
        self.fields["competitor"] = competitor_field(viewer=viewer, keep=keep)
        self.order_fields(FIELDS)


class ClosingsForm(OwnerScopeForm):
    """Closed deals of a scope and period, all or by whether they are reviewed."""

    page = PageField()

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["as_of"]
        self.fields["reviewed"] = forms.ChoiceField(
            required=False,
            label="Reviewed",
            choices=[("", "Either"), ("no", "Not yet"), ("yes", "Reviewed")],
        )
        self.order_fields(["team", "person", "territory", "period", "reviewed"])

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["as_of"] = None
        return super().clean()

    @property
    def wanted(self) -> bool | None:
        """Whether reviewed closings are asked for, or those without; None for either."""
        return {"no": False, "yes": True}.get(self.cleaned_data["reviewed"])
