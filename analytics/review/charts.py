"""The waterfall and the flow of a pipeline."""

from collections.abc import Callable, Sequence
from functools import partial

from analytics.review.enums import Movement, Unit
from analytics.review.metrics import Waterfall, in_words
from analytics.review.reports.flow import Flow
from kit.charts import Chart, Role, WaterfallBar, flow_trace, house_figure, series_table, waterfall
from kit.money import from_cents


def waterfall_chart(
    flow: Waterfall, *, opening: str, closing: str, title: str, href: Callable[[str], str]
) -> Chart:
    """Opening, a bar for each movement from where the last one ended, closing.

    ``opening`` and ``closing`` are the words under the first and last bar; ``href`` opens the
    deals of "opening", of a movement, or of "closing".
    """
    unit, words = flow.unit, partial(in_words, unit=flow.unit)
    steps = [
        WaterfallBar(each.label, words(value), _direction(each, value), href(each))
        for each, value in flow.steps.items()
    ]
    return waterfall(
        [
            WaterfallBar(opening, words(flow.opening), href=href("opening")),
            *steps,
            WaterfallBar(closing, words(flow.closing), href=href("closing")),
        ],
        title=title,
        x_label="Movement",
        name=unit.label,
        kind="count" if unit is Unit.DEALS else "money",
    )


def flow_chart(flow: Flow, *, title: str, href: Callable[[str], str]) -> Chart:
    """Where the pipeline of the earlier moment stands at the later one, and what came and went.

    ``href`` opens the deals of a link by its key.
    """
    before, nodes = flow.before, [*flow.before, *flow.after]
    places = list(dict.fromkeys(flow.label(node) for node in nodes if node in flow.places))
    after = nodes[len(before) :]
    links = [
        (before.index(link.source), len(before) + after.index(link.target), from_cents(link.cents))
        for link in flow.links
    ]
    hrefs = [href(link.key) for link in flow.links]
    names = [flow.words(link) for link in flow.links]
    return Chart(
        house_figure(
            flow_trace(
                nodes=[(flow.label(node), _node_role(flow, node, places)) for node in nodes],
                links=links,
                name=title,
                hrefs=hrefs,
            ),
            title=title,
        ),
        series_table(
            caption=title,
            x_label="From and to",
            x=names,
            series={"Amount": [value for _, _, value in links]},
            hrefs=hrefs,
        ),
    )


NODE_ROLES: dict[str, Role] = {Movement.WON: "good", Movement.LOST: "bad"}
PLACE_ROLES: tuple[Role, ...] = ("series-1", "series-3", "series-4", "series-2", "series-6")


def _node_role(flow: Flow, node: str, places: Sequence[str]) -> Role:
    """Return one colour for a place, at either moment."""
    if node in flow.places:
        return PLACE_ROLES[places.index(flow.label(node)) % len(PLACE_ROLES)]
    return NODE_ROLES.get(node, "neutral")


def _direction(movement: Movement, value: int) -> Role:
    if movement is Movement.WON:
        return "series-1"
    if value == 0:
        return "neutral"
    return "good" if value > 0 else "bad"
