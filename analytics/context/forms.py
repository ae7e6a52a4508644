"""Filters that pages of figures share: scope, period, as-of day, pipeline."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from analytics.context.reports import (
    OrganisationCalendar,
    ReportView,
    Scope,
    person_scope,
    scopes_of,
    territory_scope,
)
from kit.forms import AsOfField, KitForm
from org import access
from org.enums import PeriodKind, Role
from org.models.people import Person
from org.models.territories import Territory
from org.reports.organisation import NamedPeriod

KIND_LABELS = {
    PeriodKind.QUARTER: "Quarters",
    PeriodKind.YEAR: "Years",
    PeriodKind.MONTH: "Months",
}
# In days from today to the month's first.
MONTHS_BACK, MONTHS_AHEAD = -400, 92


class PeriodField(forms.ChoiceField):
    """A fiscal period by its id or by its label ("Q4 2026"); cleaned to a Named, or None."""

    def __init__(
        self, calendar: OrganisationCalendar, *, today: date, given: str, **options: Any
    ) -> None:
        """Offer the quarters, the years and the months around ``today``, and what is ``given``."""
        self.calendar = calendar
        running = calendar.holding(today)
        last = calendar.earlier(running)[-1:] if running else []
        offered = [p for p in calendar.periods if _is_near(p, today) or str(p.pk) == given]
        groups = [
            (
                label,
                [
                    (str(p.pk), p.period.label)
                    for p in reversed(offered)
                    if p.kind == kind and p not in last
                ],
            )
            for kind, label in KIND_LABELS.items()
        ]
        first = [
            ("", "This quarter"),
            *((str(p.pk), f"Last quarter, {p.period.label}") for p in last),
        ]
        choices = [*first, *(group for group in groups if group[1])]
        super().__init__(required=False, choices=choices, **options)

    def clean(self, value: Any) -> NamedPeriod | None:
        text = str(value or "").strip()
        if not text:
            return None
        if (period := period_named(text, self.calendar)) is not None:
            return period
        raise ValidationError(f"There is no period “{text}” in the calendar.", code="period")


def _is_near(period: NamedPeriod, today: date) -> bool:
    """Whether a period is worth offering; of the months, a year back and a quarter ahead are."""
    if period.kind != PeriodKind.MONTH:
        return True
    return MONTHS_BACK <= (period.period.start - today).days <= MONTHS_AHEAD


def period_named(text: str, calendar: OrganisationCalendar) -> NamedPeriod | None:
    """Return the period with this id or label; None without one."""
    named = (p for p in calendar.periods if text in (str(p.pk), p.period.label))
    return next(named, None)


class ReportViewForm(KitForm):
    """The period and the as-of day of a page of figures."""

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
        self.viewer, self.calendar, self.now = viewer, calendar, now
        if (period := period_named(data.get("period", ""), calendar)) is not None:
            # The select offers ids: shown as chosen, the period stays when the form is sent again.
            data = data.copy()
            data["period"] = str(period.pk)
        super().__init__(data)
        self.add_fields()

    def add_fields(self) -> None:
        """Add the fields whose choices depend on the viewer, the calendar or the day."""
        today, given = self.calendar.day(self.now), self.data.get("period", "")
        self.fields["period"] = PeriodField(self.calendar, today=today, given=given, label="Period")
        self.fields["as_of"] = AsOfField(today=today)
        self.order_fields(["period", "as_of"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not given["period"]:
            day = given["as_of"] or self.calendar.day(self.now)
            given["period"] = self.calendar.holding(day)
            if given["period"] is None:
                self.add_error("period", "The fiscal calendar does not reach this day.")
        return given

    def report_view(self, scope: Scope) -> ReportView:
        """Return the report view that a valid form asks for."""
        as_of = self.cleaned_data["as_of"]
        return ReportView(
            viewer=self.viewer,
            scope=scope,
            period=self.cleaned_data["period"],
            moment=self.calendar.end_of(as_of) if as_of else self.now,
            as_of=as_of,
            calendar=self.calendar,
        )


class ScopeForm(ReportViewForm):
    """A look at a team or another scope: ``team`` must be one that the viewer may look at."""

    def add_fields(self) -> None:
        super().add_fields()
        self.scopes = scopes_of(self.viewer, self.calendar)
        choices = [
            (scope.key, "\N{NO-BREAK SPACE}" * 3 * scope.depth + scope.label)
            for scope in self.scopes
        ]
        self.fields["team"] = forms.ChoiceField(choices=choices, required=False, label="Team")
        self.order_fields(["team", "period", "as_of"])
        if len(choices) < 2:
            self.fields["team"].widget = forms.HiddenInput()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the viewer has no team, or names one that is not there for them."""
        return not self.scopes or "team" in self.errors

    @property
    def scope(self) -> Scope:
        """The scope that is asked for, by default the widest; for a valid form."""
        key = self.cleaned_data["team"]
        return next((scope for scope in self.scopes if scope.key == key), self.scopes[0])


class OwnerScopeForm(ScopeForm):
    """The report view of a team, of one of the people below the viewer, or of a territory."""

    def add_fields(self) -> None:
        super().add_fields()
        people = list(
            Person.objects.led_by(self.viewer)
            .with_roles(Role.REP, Role.MANAGER)
            .order_by("full_name", "pk")
            .values_list("pk", "full_name")
        )
        self.fields["person"] = one_of_these(people, label="Person", none="Everybody")
        if not self.scopes or len(people) < 2:
            self.fields["person"].widget = forms.HiddenInput()
        if access.sees_everyone(self.viewer):
            lands = Territory.objects.live().values_list("pk", "name")
            self.fields["territory"] = one_of_these(list(lands), label="Territory", none="All")
        self.names = dict(people)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a team, person or territory is named that is not there for the viewer."""
        named = ("team", "person", "territory")
        return not access.sells(self.viewer) or any(name in self.errors for name in named)

    @property
    def scope(self) -> Scope:
        """The person or territory that is asked for, else the team; a rep's own by default."""
        given = self.cleaned_data
        if person := given.get("person"):
            return person_scope(Person(pk=person, full_name=self.names[person]))
        if territory := given.get("territory"):
            name = Territory.objects.get(pk=territory).name
            return territory_scope(territory, name, self.calendar)
        return super().scope if self.scopes else person_scope(self.viewer)


def one_of_these(
    options: list[tuple[int, str]], *, label: str, none: str
) -> forms.TypedChoiceField:
    """Return a choice of ids, or of none of them."""
    return forms.TypedChoiceField(
        choices=[("", none), *options], required=False, coerce=int, empty_value=None, label=label
    )


class PipelineViewForm(OwnerScopeForm):
    """The scope and the pipeline; with one pipeline there is no choice."""

    def add_fields(self) -> None:
        super().add_fields()
        self.pipelines = self.calendar.pipelines
        options = [(each.pk, each.name) for each in self.pipelines]
        self.fields["pipeline"] = one_of_these(options, label="Pipeline", none="All pipelines")
        if len(options) < 2:
            self.fields["pipeline"].widget = forms.HiddenInput()

    @property
    def pipeline_name(self) -> str:
        """The pipeline that a valid form asks for; "" for all of them, or where there is one."""
        if len(self.pipelines) < 2:
            return ""
        chosen = self.cleaned_data["pipeline"]
        return next((each.name for each in self.pipelines if each.pk == chosen), "")

    def report_view(self, scope: Scope) -> ReportView:
        return replace(super().report_view(scope), pipeline=self.cleaned_data["pipeline"])
