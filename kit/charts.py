"""Figures in Plotly's schema as plain dicts: what is drawn, never how it looks.

Colours are roles ("good", "plan", "series-1"), kept in each trace's ``meta``; static/js/charts.js
resolves them from the style sheet, so a figure is right in light, dark and print. Tests pass
each figure to ``plotly.graph_objects.Figure``, which proves the schema.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any, Literal, TypedDict

from kit.display import count, money_short
from kit.markup import Tone
from kit.tables import Column, Kind, Table

Series = Literal["series-1", "series-2", "series-3", "series-4", "series-5", "series-6"]
Role = Tone | Series
Number = Decimal | float | None
Place = str | date
Trace = dict[str, Any]
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FORMATS: dict[str, dict[str, Any]] = {
    "money": {"hoverformat": ",.0f"},
    "count": {"hoverformat": ",.0f"},
    "percent": {"tickformat": ".0%", "hoverformat": ".1%"},
    "days": {"hoverformat": ",.1f"},
}


class Figure(TypedDict):
    """What ``{% chart figure=… %}`` takes. ``data`` and ``layout`` are Plotly's."""

    title: str
    data: list[Trace]
    layout: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and the table of its numbers below it."""

    figure: Figure
    table: Table


def house_figure(
    *traces: Trace,
    title: str,
    kind: Literal["money", "count", "percent", "days"] = "money",
    layout: Mapping[str, Any] | None = None,
) -> Figure:
    """Return a figure of these traces; the title is its caption and what screen readers say.

    ``kind`` is that of the numbers drawn; a percent is given as a fraction. ``layout`` holds
    meaning only (axis titles, ``barmode``): fonts, colours and grid are the browser's theme.
    """
    if not title:
        raise ValueError("a chart needs a title that says what it shows")
    horizontal = any(trace.get("orientation") == "h" for trace in traces)
    places, numbers = ("yaxis", "xaxis") if horizontal else ("xaxis", "yaxis")
    axes: dict[str, dict[str, Any]] = {
        places: _place_axis(traces, places[0]),
        numbers: FORMATS[kind],
    }
    if horizontal:
        axes[places]["autorange"] = "reversed"  # The first name on top, as in the table.
    given = dict(layout or {})
    merged = {name: {**axis, **given.pop(name, {})} for name, axis in axes.items()}
    return {"title": title, "data": list(traces), "layout": {**merged, **given}}


def bar_trace(
    *,
    x: Sequence[Place],
    y: Sequence[Number],
    name: str,
    role: Role | Sequence[Role] = "series-1",
    hrefs: Sequence[str | None] | None = None,
    base: Sequence[Number] | None = None,
    texts: Sequence[str] | None = None,
    horizontal: bool = False,
) -> Trace:
    """Bars: ``x`` names, ``y`` numbers, ``hrefs`` what a click on each opens, ``texts`` on them.

    ``role`` may be one per bar. ``base`` lifts each bar (a waterfall). With ``horizontal`` the
    names stand at the left; ``x`` and ``y`` keep their meaning.
    """
    names, lengths = _places(x), _numbers(y)
    trace: Trace = {
        "type": "bar",
        "name": name,
        "x": lengths if horizontal else names,
        "y": names if horizontal else lengths,
        "orientation": "h" if horizontal else "v",
        "meta": _roles(role, len(names)),
    }
    if base is not None:
        trace["base"] = _numbers(base)
    if texts is not None:
        trace |= {"text": list(texts), "textposition": "outside", "cliponaxis": False}
    return _linked(trace, hrefs)


def line_trace(
    *,
    x: Sequence[Place],
    y: Sequence[Number],
    name: str,
    role: Role = "series-1",
    hrefs: Sequence[str | None] | None = None,
    dashed: bool = False,
    step: bool = False,
    points: bool = False,
    width: int | None = None,
) -> Trace:
    """A line; None leaves a gap. ``dashed`` is for plans, ``step`` for what jumps."""
    line: dict[str, Any] = {
        "dash": "dash" if dashed else "solid",
        "shape": "hv" if step else "linear",
    }
    line |= {} if width is None else {"width": width}
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers" if points else "lines",
        "name": name,
        "x": _places(x),
        "y": _numbers(y),
        "line": line,
        "connectgaps": False,
        "meta": {"role": role},
    }
    return _linked(trace, hrefs)


def band_trace(
    *,
    x: Sequence[Place],
    low: Sequence[Number],
    high: Sequence[Number],
    name: str,
    role: Role = "plan",
) -> Trace:
    """The area between two lines, such as an 80 % interval, as one closed shape."""
    places = _places(x)
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "name": name,
        "x": [*places, *reversed(places)],
        "y": [*_numbers(high), *reversed(_numbers(low))],
        "hoverinfo": "skip",
        "line": {"width": 0},
        "meta": {"role": role, "band": True},
    }


def flow_trace(
    *,
    nodes: Sequence[tuple[str, Role]],
    links: Sequence[tuple[int, int, Number]],
    name: str,
    hrefs: Sequence[str | None] | None = None,
) -> Trace:
    """A flow between places: ``nodes`` are (label, role), ``links`` (from, to, how much).

    Links are numbered by their nodes, and ``hrefs`` are what a click on each opens. The page loads
    ``{% chart_assets flows=True %}``.
    """
    link: Trace = {
        "source": [source for source, _, _ in links],
        "target": [target for _, target, _ in links],
        "value": _numbers([value for _, _, value in links]),
    }
    return {
        "type": "sankey",
        "name": name,
        "orientation": "h",
        "node": {"label": [label for label, _ in nodes], "pad": 14, "thickness": 14},
        "link": _linked(link, hrefs),
        "meta": {"roles": [role for _, role in nodes]},
    }


def series_table(
    *,
    caption: str,
    x_label: str,
    x: Sequence[Place],
    series: Mapping[str, Sequence[Any]],
    kind: Kind = "money",
    hrefs: Sequence[str | None] | None = None,
    links: Mapping[str, Sequence[str | None]] | None = None,
) -> Table:
    """Return the table below a chart: a row per place, a column per series, exact values.

    ``hrefs`` are what the places open, ``links`` what the values of a series open.
    """
    opens = [(links or {}).get(label) for label in series]
    rows = [
        {
            "place": place,
            "href": hrefs[index] if hrefs else None,
            "values": [each[index] for each in series.values()],
            "links": [each[index] if each else None for each in opens],
        }
        for index, place in enumerate(x)
    ]
    days = bool(x) and isinstance(x[0], date)
    first = Column("place", x_label, "day" if days else "text", href="href")
    rest = [
        Column(f"series-{index}", label, kind, f"values.{index}", href=f"links.{index}")
        for index, label in enumerate(series)
    ]
    return Table(columns=[first, *rest], rows=rows, caption=caption)


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


def _place_axis(traces: Sequence[Trace], axis: str) -> dict[str, Any]:
    """Say whether the places are days or names; left to guess, Plotly reads "2026" as a number."""
    places = [place for trace in traces for place in trace.get(axis, ()) if isinstance(place, str)]
    if not places:
        return {}
    return {"type": "date" if all(map(ISO_DAY.fullmatch, places)) else "category"}


def _places(values: Sequence[Place]) -> list[str]:
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _numbers(values: Sequence[Number]) -> list[float | None]:
    """Return numbers as JSON has them; a drawing needs no more digits than a float has."""
    return [None if value is None else float(value) for value in values]


def _roles(role: Role | Sequence[Role], length: int) -> dict[str, Any]:
    if isinstance(role, str):
        return {"role": role}
    if len(role) != length:
        raise ValueError(f"{length} bars need as many roles, not {len(role)}")
    return {"roles": list(role)}


def _linked(trace: Trace, hrefs: Sequence[str | None] | None) -> Trace:
    if hrefs is not None:
        trace["customdata"] = list(hrefs)
    return trace
