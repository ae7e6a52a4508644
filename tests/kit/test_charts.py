import json
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go
import plotly.offline
import pytest
from django.template import Context, Template

from kit import patterns
from kit.charts import Figure, band_trace, bar_trace, house_figure, line_trace, series_table

DAYS = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def drawn(figure: Figure) -> go.Figure:
    """Return the figure as Plotly's own validator accepts it; it raises on anything unknown."""
    return go.Figure({"data": figure["data"], "layout": figure["layout"]})


@pytest.mark.parametrize("figure", [patterns.bars(), patterns.flow()])
def test_figures_are_valid_plotly(figure: Figure) -> None:
    assert len(drawn(figure).data) == len(figure["data"])


def test_bars_carry_numbers_links_and_roles_but_no_colours() -> None:
    trace = bar_trace(
        x=DAYS[:2], y=[Decimal("10.5"), None], name="Won", role=["good", "bad"], hrefs=["/a/", None]
    )

    bar = drawn(house_figure(trace, title="Won")).data[0]
    assert list(bar.x) == ["2026-01-01", "2026-02-01"]
    assert list(bar.y) == [10.5, None]
    assert list(bar.customdata) == ["/a/", None]
    assert bar.meta == {"roles": ["good", "bad"]}
    assert "#" not in json.dumps(trace)


def test_horizontal_bars_swap_the_axes() -> None:
    trace = bar_trace(x=["North", "South"], y=[1, 2], name="Won", horizontal=True)

    assert (trace["x"], trace["y"], trace["orientation"]) == ([1.0, 2.0], ["North", "South"], "h")


def test_roles_must_be_as_many_as_bars() -> None:
    with pytest.raises(ValueError, match="2 bars"):
        bar_trace(x=["a", "b"], y=[1, 2], name="Won", role=["good"])


def test_line_leaves_a_gap_where_a_number_is_undefined() -> None:
    trace = line_trace(x=DAYS, y=[1, None, 3], name="Plan", role="plan", dashed=True, step=True)

    line = drawn(house_figure(trace, title="Plan")).data[0]
    assert list(line.y) == [1.0, None, 3.0]
    assert line.connectgaps is False
    assert (line.line.dash, line.line.shape) == ("dash", "hv")


def test_band_goes_out_by_the_upper_edge_and_back_by_the_lower() -> None:
    band = band_trace(x=["a", "b"], low=[1, 2], high=[5, 6], name="80 % interval")

    assert band["x"] == ["a", "b", "b", "a"]
    assert band["y"] == [5.0, 6.0, 2.0, 1.0]
    assert drawn(house_figure(band, title="Interval")).data[0].fill == "toself"


def test_figure_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        house_figure(title="")


@pytest.mark.parametrize(
    ("x", "kind"),
    [(DAYS, "date"), (["2025", "2026"], "category"), (["Q1", "2026-01-01"], "category")],
)
def test_axis_is_of_days_or_of_names(x: list[date] | list[str], kind: str) -> None:
    figure = house_figure(bar_trace(x=x, y=[1] * len(x), name="Won"), title="Won")

    assert figure["layout"]["xaxis"]["type"] == kind


def test_horizontal_figure_has_its_first_name_on_top_and_its_numbers_below() -> None:
    trace = bar_trace(x=["North", "South"], y=[0.1, 0.2], name="Share", horizontal=True)

    layout = house_figure(
        trace,
        title="Share",
        kind="percent",
        layout={"xaxis": {"range": [0, 1]}, "barmode": "stack"},
    )["layout"]

    assert layout["yaxis"] == {"type": "category", "autorange": "reversed"}
    assert layout["xaxis"] == {"tickformat": ".0%", "hoverformat": ".1%", "range": [0, 1]}
    assert layout["barmode"] == "stack"


def test_figures_do_not_share_their_axes() -> None:
    first = house_figure(bar_trace(x=["a"], y=[1], name="A"), title="A")
    first["layout"]["yaxis"]["range"] = [0, 1]

    assert (
        "range"
        not in house_figure(bar_trace(x=["a"], y=[1], name="A"), title="A")["layout"]["yaxis"]
    )


def test_figure_stays_small() -> None:
    trace = bar_trace(x=["a"], y=[1], name="Won")

    assert len(json.dumps(house_figure(trace, title="Won"))) < 300


def test_table_below_holds_the_exact_values() -> None:
    table = series_table(
        caption="Won",
        x_label="Month",
        x=DAYS[:1],
        series={"Won": [Decimal("1200.50")], "Plan": [None]},
    )

    assert [cell.text for cell in table.body[0]] == ["1 Jan 2026", "1,201", "—"]


def test_chart_shows_title_data_and_table() -> None:
    figure = house_figure(bar_trace(x=["</script>"], y=[1], name="Won"), title="Won <by> month")
    table = series_table(caption="Won", x_label="Account", x=["</script>"], series={"Won": [1]})

    html = Template('{% chart figure=figure id="won" table=table %}').render(
        Context({"figure": figure, "table": table})
    )

    assert 'data-chart="won-figure"' in html
    assert 'aria-label="Won &lt;by&gt; month"' in html
    assert '<script id="won-figure" type="application/json">' in html
    assert html.count("</script>") == 1
    assert "<details" in html


def test_vendored_plotly_is_the_one_python_builds_for() -> None:
    version = plotly.offline.get_plotlyjs_version()

    assert f"vendor/plotly-{version}/" in Template("{% chart_assets %}").render(
        Context({"request": type("Request", (), {"csp_nonce": "n"})()})
    )
