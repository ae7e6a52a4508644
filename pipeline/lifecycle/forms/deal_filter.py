"""The filter of the deal list: an address into the parts of a DealSelection, and back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms

from kit import periods
from kit.display import day
from kit.fields import choices
from kit.forms import (
    AsOfField,
    DayField,
    ExactDecimalField,
    KitForm,
    PageField,
    PlainTextField,
    SortField,
)
from kit.periods import Period
from kit.tables import query_with
from org.enums import Role
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from org.services.calendar import fiscal_year_of
from pipeline.deals.filters import Takes, parts_of
from pipeline.deals.reports.kinds import NOT_GIVEN
from pipeline.deals.reports.selection import CLOSED, DealSelection
from pipeline.deals.tables import DEALS
from pipeline.enums import Category, Status
from pipeline.products.models import Product
from pipeline.stages.forms import stage_choices
from pipeline.stages.models import Competitor, Stage
from pipeline.stages.reports import QUALIFIED, loss_names

CLOSES_IN = {
    "this-month": "This month",
    "next-month": "Next month",
    "this-quarter": "This quarter",
    "next-quarter": "Next quarter",
    "this-year": "This fiscal year",
}

Choices = list[tuple[Any, str]]


def _ids(least: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=2**63 - 1, **options)


def _chosen(**options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(coerce=int, empty_value=None, **options)


# What reads a part by what it takes. The ids of other rows begin with 0, which stands for none.
INPUTS: dict[Takes, Callable[..., forms.Field]] = {
    Takes.TEXT: partial(PlainTextField, max_length=100),
    Takes.WORD: forms.ChoiceField,
    Takes.DAY: DayField,
    Takes.AMOUNT: partial(ExactDecimalField, max_digits=14, decimal_places=2),
    Takes.FLAG: forms.BooleanField,
    Takes.PERSON: _chosen,
    Takes.TEAM: _chosen,
    Takes.STAGE: _chosen,
    Takes.PIPELINE: _chosen,
    Takes.ACCOUNT: partial(_ids, 1),
    Takes.OTHER_ROW: partial(_ids, 0),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A narrowing in words, and the address of the list without it."""

    text: str
    href: str


class DealFilter(KitForm):
    """What narrows the list. Hidden fields come from links of other pages, which they describe."""

    closes_in = forms.ChoiceField(
        required=False, label="Expected to close", choices=[("", "Any time"), *CLOSES_IN.items()]
    )
    won = forms.BooleanField(required=False, widget=forms.HiddenInput)
    exact = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sort = SortField(columns=DEALS, default="-created")
    page = PageField()

    # What the list shows at once; the rest folds away below "More filters".
    FIRST = ("text", "status", "owner", "team", "pipeline", "stage", "closes_in")

    def __init__(self, data: Any, *, viewer: Person, today: date) -> None:
        super().__init__(data)
        self.today = today
        for each in parts_of(DealSelection):
            told = {"label": each.label} if each.label else {"widget": forms.HiddenInput}
            self.fields[each.name] = INPUTS[each.takes](required=False, **told)
        self.fields["as_of"] = AsOfField(today=today, widget=forms.HiddenInput)
        self.fields["text"].widget = forms.TextInput(
            attrs={"type": "search", "placeholder": "Deal or account", "maxlength": "100"}
        )
        self._offer("status", [*choices(Status), (CLOSED, "Won or lost")], "All")
        self._offer("category", choices(Category), "All")
        # Comes from links alone, so that most pages need no names of reasons.
        reasons = loss_names() if "lost_reason" in data else {}
        self._offer("lost_reason", [(NOT_GIVEN, "none"), *reasons.items()], "")
        people: Choices = list(
            Person.objects.led_by(viewer)
            .with_roles(Role.REP, Role.MANAGER)
            .values_list("pk", "full_name")
        )
        self._offer("owner", people, "Everyone")
        self._offer("credited_to", people, "")
        self._offer("below", people, "")
        teams = Team.objects.visible_to(viewer).values_list("pk", "name")
        self._offer("team", list(teams), "All teams")
        stages = list(Stage.objects.visible_to(viewer).select_related("pipeline"))
        self._offer("stage", stage_choices(stages), "All stages")
        offered = [(QUALIFIED, "the qualified stage"), *((each.pk, each.name) for each in stages)]
        self._offer("reached", offered, "")
        pipelines = {stage.pipeline_id: stage.pipeline.name for stage in stages}
        self._offer("pipeline", list(pipelines.items()), "All pipelines")
        self.has_pipelines = len(pipelines) > 1
        if not self.has_pipelines:
            del self.fields["pipeline"]
        if len(people) < 2:
            # Not asked, yet obeyed: colleagues may have lent deals of theirs, which no figure has.
            self.fields["owner"].widget = forms.HiddenInput()
        if not self.fields["team"].choices[1:]:  # type: ignore[attr-defined]
            del self.fields["team"]

    def _offer(self, name: str, found: Choices, all_of_them: str) -> None:
        self.fields[name].choices = [("", all_of_them), *found]  # type: ignore[attr-defined]

    @property
    def brought(self) -> list[Chip]:
        """Return what links of other pages narrowed, in words; for a valid form."""
        given = self.cleaned_data
        found: list[tuple[str, tuple[str, ...]]] = []
        if given["as_of"]:
            found.append(("As they stood at the end of " + day(given["as_of"]), ("as_of",)))
        found += self._whose()
        if given["territory"] is not None:
            name = _named(
                Territory,
                given["territory"],
                none="no territory",
                gone="a territory that is not there",
            )
            found.append((f"In {name}", ("territory",)))
        found += self._about()
        for verb in ("closed", "created"):
            bounds = (f"{verb}_from", f"{verb}_to")
            if words := _span(given[bounds[0]], given[bounds[1]]):
                found.append((f"{verb.capitalize()} {words}", bounds))
        return [
            Chip(text, query_with(self.data, dict.fromkeys((*names, "page"))))
            for text, names in found
        ]

    def _whose(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return whose deals links narrowed to, and what of them counts."""
        given = self.cleaned_data
        found: list[tuple[str, tuple[str, ...]]] = []
        names = dict(self.fields["below"].choices)  # type: ignore[attr-defined]
        if given["owner"] and self.fields["owner"].widget.is_hidden:
            found.append((f"Of {names[given['owner']]}", ("owner",)))
        if given["credited_to"]:
            found.append((f"Credited to {names[given['credited_to']]}", ("credited_to",)))
        if given["whole"]:
            found.append(("Each deal once, for its owner at the closing", ("whole",)))
        if given["below"]:
            found.append((f"Of {names[given['below']]} and the people below", ("below",)))
        return found

    def _about(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return what was brought that says of what kind the deals are."""
        given = self.cleaned_data
        found: list[tuple[str, tuple[str, ...]]] = []
        for part in ("source", "industry", "lost_reason"):
            if text := given[part]:
                reasons = loss_names() if part == "lost_reason" else {}
                shown = "none" if text == NOT_GIVEN else reasons.get(text, text)
                found.append((f"{part.replace('_', ' ').capitalize()}: {shown}", (part,)))
        if given["product"] is not None:
            name = _named(Product, given["product"], none="none")
            found.append((f"Product: {name}", ("product",)))
        if given["competitor"] is not None:
            name = _named(Competitor, given["competitor"], none="nobody named")
            found.append((f"Against: {name}", ("competitor",)))
        if given["reached"] is not None:
            stages = dict(self.fields["reached"].choices)  # type: ignore[attr-defined]
            found.append((f"Reached {stages[given['reached']]}", ("reached",)))
        return found

    def selection(self) -> dict[str, Any]:
        """Return the parts of the DealSelection that the form asks for; for a valid form."""
        given = dict(self.cleaned_data)
        for name in ("sort", "page", "exact"):
            del given[name]
        if given.pop("won"):
            given["status"] = Status.WON
        if closes_in := given.pop("closes_in"):
            period = closing_period(closes_in, today=self.today)
            given |= {"close_from": period.start, "close_to": period.end}
        return given

    @property
    def first_fields(self) -> list[forms.BoundField]:
        shown = {field.name: field for field in self.visible_fields()}
        return [shown[name] for name in self.FIRST if name in shown]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def more_are_used(self) -> bool:
        return any(field.data for field in self.more_fields)


def _named(model: Any, pk: int, *, none: str, gone: str = "one that is not there") -> str:
    """Return the name of a row; the id 0 stands for none."""
    if pk == 0:
        return none
    return model.objects.filter(pk=pk).values_list("name", flat=True).first() or gone


def _span(start: date | None, end: date | None) -> str:
    """Return half-open days as people say them: the last day is part of what is said."""
    if end is None:
        return f"from {day(start)} on" if start else ""
    last = end - timedelta(days=1)
    if start is None:
        return f"up to {day(last)}"
    return f"on {day(start)}" if start == last else f"from {day(start)} to {day(last)}"


def closing_period(name: str, *, today: date) -> Period:
    """Return the period that a word of CLOSES_IN means on the day ``today``."""
    if name.endswith("month"):
        start = periods.month_start(today, months=1 if name == "next-month" else 0)
        return Period(start, periods.month_start(start, months=1))
    year = fiscal_year_of(today)
    if name == "this-year":
        return year
    quarter = next(quarter for quarter in periods.quarters(year) if today in quarter)
    if name == "this-quarter":
        return quarter
    return Period(quarter.end, periods.month_start(quarter.end, months=periods.MONTHS_PER_QUARTER))
