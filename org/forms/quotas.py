"""Forms of the quota pages."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kit.fields import choices
from kit.forms import ExactDecimalField, FileField, KitForm, PageField, PlainTextField, SortField
from org import access, rules
from org.enums import MEASURE_LABELS, Measure, PeriodKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team
from org.reports.quota_grid import (
    BELOW,
    MINE,
    NOBODYS,
    TERRITORIES,
    GridQuery,
    QuotaCell,
    QuotaGrid,
    QuotaGridRow,
)
from org.tables import VERSIONS

KIND_LABELS = {
    PeriodKind.MONTH: "Months",
    PeriodKind.QUARTER: "Quarters",
    PeriodKind.YEAR: "The year",
}
# "1,200", "1 200.50", "1'200": groups of three, as spreadsheets copy them.
GROUPED = re.compile(r"-?[0-9]{1,3}([,  '’][0-9]{3})+(\.[0-9]+)?", re.ASCII)
GROUP_SIGNS = re.compile("[,  '’]")


class QuotaFilter(KitForm):
    """The address of the quotas: which year, measure and periods, and whose."""

    year = forms.ModelChoiceField(queryset=FiscalPeriod.objects.none(), empty_label=None)
    measure = forms.ChoiceField(choices=choices(Measure, MEASURE_LABELS), label="Of")
    kind = forms.ChoiceField(choices=choices(PeriodKind, KIND_LABELS), label="By")
    group = forms.ChoiceField(label="Whose", required=False)
    page = PageField()

    def __init__(self, data: Any, *, viewer: Person, year: FiscalPeriod | None) -> None:
        groups = group_choices(viewer)
        given = data.dict() if hasattr(data, "dict") else dict(data)
        standard = {
            "year": str(year.pk) if year else "",
            "measure": str(Measure.BOOKINGS),
            "kind": str(PeriodKind.QUARTER),
            "group": groups[0][0],
        }
        super().__init__(standard | given)
        self.fields["year"] = forms.ModelChoiceField(
            queryset=FiscalPeriod.objects.of_kind(PeriodKind.YEAR).order_by("-start_on"),
            empty_label=None,
        )
        group = self.fields["group"]
        if isinstance(group, forms.ChoiceField):
            group.choices = groups

    def query(self) -> GridQuery:
        """Return the cleaned values as the report takes them."""
        values = self.cleaned_data
        return GridQuery(
            year=values["year"].pk,
            measure=Measure(values["measure"]),
            kind=PeriodKind(values["kind"]),
            group=values["group"],
            page=values["page"],
        )


def group_choices(viewer: Person) -> list[tuple[str, str]]:
    """Return whose quotas the viewer may look at, what is shown at first as the first."""
    teams = Team.objects.visible_to(viewer).filter(archived_at=None).order_by("name")
    found = [(str(team.pk), team.name) for team in teams]
    if access.sees_everyone(viewer):
        return [
            ("", "All teams"),
            *found,
            (NOBODYS, "People in no team"),
            (TERRITORIES, "Territories"),
        ]
    if rules.can_set_quotas(viewer):
        return [(BELOW, "Everybody below me"), *found]
    return [(MINE, "Mine")]


class TargetField(ExactDecimalField):
    """A target; thousands may be grouped the way a spreadsheet shows them."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str) and GROUPED.fullmatch(value.strip()):
            value = GROUP_SIGNS.sub("", value.strip())
        return super().to_python(value)


class GridForm(KitForm):
    """The inputs of a grid, the reason for what changes, and which versions the page had shown."""

    reason = PlainTextField(
        label="Reason for the change",
        max_length=500,
        help_text="Kept with every quota that changes, for everybody who sees it.",
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, grid: QuotaGrid, asks_reason: bool = True, **options: Any
    ) -> None:
        options["initial"] = {"seen": grid.seen} | {
            cell.name: plain(cell.value) for cell in grid.inputs
        }
        super().__init__(*args, **options)
        self.grid = grid
        self.fields["reason"].required = asks_reason
        for cell in grid.inputs:
            self.fields[cell.name] = TargetField(required=False, label=cell.label)

    def drafts(self) -> dict[tuple[Subject, int], Decimal | None]:
        """Return what was typed and could be read, by subject and period."""
        return {
            (cell.subject, cell.column.period.pk): self.cleaned_data[cell.name]
            for cell in self.grid.inputs
            if cell.name in getattr(self, "cleaned_data", {})
        }

    def faults(self) -> list[str]:
        """Return what is wrong with cells, each with whose and which period it is."""
        return [
            f"{self.fields[name].label}: {message}"
            for name, messages in self.errors.items()
            if name not in {"reason", "seen", "__all__"}
            for message in messages
        ]


class HistoryPage(KitForm):
    """The address of a history of quotas."""

    sort = SortField(columns=VERSIONS, default="-set_at")
    page = PageField()
    file = FileField()


def plain(value: Decimal | None) -> str:
    """Return a target the way it is typed: no separators, cents only where there are some."""
    if value is None:
        return ""
    return str(int(value)) if value == value.to_integral_value() else f"{value:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A cell as the template needs it: ``text`` is what stands in the input."""

    cell: QuotaCell
    text: str
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedRow:
    """A row with its painted cells."""

    row: QuotaGridRow
    cells: list[Painted]


def painted(grid: QuotaGrid, form: GridForm) -> list[PaintedRow]:
    """Put what stands in the form into the cells of a grid."""
    return [
        PaintedRow(row=row, cells=[_painted(cell, form) for cell in row.cells]) for row in grid.rows
    ]


def _painted(cell: QuotaCell, form: GridForm) -> Painted:
    if not cell.is_input:
        return Painted(cell=cell, text="", is_wrong=False)
    text = form[cell.name].value()
    return Painted(cell=cell, text=str(text or ""), is_wrong=cell.name in form.errors)


def raise_at_cells(error: ValidationError) -> ValidationError:
    """Return a service's refusal of targets as one of the whole form: it names the cells itself."""
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError([message for texts in error.message_dict.values() for message in texts])
