"""A figure with the table of its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from kit.charts import Figure, Role, bar_trace, house_figure, series_table
from kit.display import count, money_short
from kit.tables import Kind, Table


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and the table below it."""

    figure: Figure
    table: Table


@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """A bar of a waterfall, in money or deals; ``href`` opens what it stands for."""

    label: str
    value: Decimal
    role: Role = "plan"
    href: str | None = None


def waterfall(
    bars: Sequence[WaterfallBar], *, title: str, x_label: str, name: str, kind: Kind = "money"
) -> Chart:
    """The first and the last bar from 0, each between them from where the one before it ended."""
    labels, values = [bar.label for bar in bars], [bar.value for bar in bars]
    hrefs = [bar.href for bar in bars]
    counted = kind == "count"
    trace = bar_trace(
        x=labels,
        y=values,
        name=name,
        role=[bar.role for bar in bars],
        base=[Decimal(0), *accumulate(values[:-2]), Decimal(0)],
        texts=[count(int(value)) if counted else money_short(value) for value in values],
        hrefs=hrefs if any(hrefs) else None,
    )
    return Chart(
        house_figure(trace, title=title, kind="count" if counted else "money"),
        series_table(
            caption=title, x_label=x_label, x=labels, series={name: values}, kind=kind, hrefs=hrefs
        ),
    )
