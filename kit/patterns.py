"""Invented values for the pattern page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from kit import charts
from kit.forms import DayField, ExactDecimalField, KitForm, PageField, PlainTextField, SortField
from kit.markup import Tab
from kit.tables import Column, Empty, Sort, Table, paginate

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
MONTHS = [date(2026, month, 1) for month in range(1, 7)]
WON = [Decimal(amount) for amount in (120_000, 90_500, 210_250, 185_000, 99_999, 240_000)]
PLAN = [Decimal(150_000)] * 6


@dataclass(frozen=True, slots=True)
class SampleRow:
    name: str
    amount: Decimal | None
    share: Decimal | None
    closes_on: date
    status: str


LINES = [
    SampleRow("Fjord Bank", Decimal(120_000), Decimal("0.423"), date(2026, 12, 1), "Won"),
    SampleRow("Østlund & Søn", Decimal("90500.50"), None, date(2026, 11, 2), "At risk"),
    SampleRow("Acme <Tools>", None, Decimal("1.2"), date(2027, 1, 15), "Open"),
]
TONES = {"Won": "good", "At risk": "warn", "Open": "neutral"}
COLUMNS = [
    Column("name", "Account", sort="name", href=lambda _: "#tables"),
    Column("amount", "Amount", "money", sort="amount"),
    Column("share", "Share", "percent", note="The share of the quota that this deal makes up"),
    Column("closes_on", "Closes", "day", sort="closes_on"),
    Column("status", "State", "badge", tone=lambda line: TONES[line.status]),
]


class SampleFilter(KitForm):
    search = PlainTextField(required=False, max_length=100)
    stage = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("open", "Open"), ("won", "Won")]
    )
    closes_from = DayField(required=False, label="Closes from")
    sort = SortField(columns=COLUMNS, default="-amount")
    page = PageField()


class SampleForm(KitForm):
    name = PlainTextField(max_length=100, help_text="As the customer writes it.")
    amount = ExactDecimalField(max_digits=14, decimal_places=2, min_value=0)
    stage = forms.ChoiceField(choices=[("", "Choose"), ("open", "Open"), ("won", "Won")])
    closes_on = DayField(label="Close date")
    kind = forms.ChoiceField(
        choices=[("call", "Call"), ("mail", "E-mail")], widget=forms.RadioSelect
    )
    share = forms.BooleanField(required=False, label="Show to the team")
    note = PlainTextField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


def context(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything the pattern page shows, its table in the order the address asks for."""
    filled = SampleFilter(query)
    order = filled.cleaned_data["sort"] if filled.is_valid() else Sort("amount", descending=True)
    return {
        "now": NOW,
        "earlier": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        "numbers": {
            "exact": Decimal("1200.50"),
            "large": Decimal(1_234_567),
            "share": Decimal("0.423"),
            "loss": -4,
        },
        "filter": filled,
        "form": SampleForm(prefix="new"),
        "refused": SampleForm(
            {"bad-name": "", "bad-amount": "1e6", "bad-stage": "open"}, prefix="bad"
        ),
        "tabs": [
            Tab(label="All", href="#tabs", current=True, count=1201),
            Tab(label="At risk", href="#tabs", count=3),
            Tab(label="Closed", href="#tabs"),
        ],
        "table": sample_table(order, query),
        "empty_table": Table(
            columns=COLUMNS,
            rows=[],
            caption="No deals",
            empty=Empty(
                title="No deals close in this period.",
                text="Add one, or choose another period.",
                href="#",
                label="Add a deal",
            ),
        ),
        "bars": bars(),
        "bars_table": charts.series_table(
            caption="Won by month", x_label="Month", x=MONTHS, series={"Won": WON, "Plan": PLAN}
        ),
        "flow": flow(),
        "flow_table": charts.series_table(
            caption="Pipeline",
            x_label="Step",
            x=["Start", "New", "Lost", "End"],
            series={"Change": [400, 150, -120, 430]},
        ),
    }


def sample_table(order: Sort, query: Mapping[str, Any]) -> Table:
    page = paginate(order.apply_to_list(LINES, COLUMNS) * 40, number=1)
    return Table(
        columns=COLUMNS,
        rows=page.rows[:6],
        caption="Sample deals",
        sort=order,
        page=page,
        base_query=query,
        totals={"amount": sum(line.amount or 0 for line in LINES) * 2},
    )


def bars() -> charts.Figure:
    """Bars that link to their rows, a plan line and an interval."""
    low, high = [amount - 30_000 for amount in WON], [amount + 30_000 for amount in WON]
    return charts.house_figure(
        charts.band_trace(x=MONTHS, low=low, high=high, name="80 % interval"),
        charts.bar_trace(x=MONTHS, y=WON, name="Won", hrefs=["/patterns/#tables"] * 6),
        charts.line_trace(x=MONTHS, y=PLAN, name="Plan", role="plan", dashed=True),
        title="Won by month against plan",
    )


def flow() -> charts.Figure:
    """A waterfall: bars on a base, a role for each."""
    return charts.house_figure(
        charts.bar_trace(
            x=["Start", "New", "Lost", "End"],
            y=[400, 150, -120, 430],
            base=[0, 400, 550, 0],
            name="Pipeline",
            role=["neutral", "good", "bad", "neutral"],
        ),
        title="Pipeline from start to end",
    )
