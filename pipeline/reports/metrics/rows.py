"""The deals behind a figure of the metrics that no filter of the deal list can say.

A figure is named by words with dots between them: "stages.3.forward", "slips.pushed_out",
"slips.pushed_out.7" of one person, "pushes.pushed", "prices.product.5".
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from kit.pages import Page, paginate
from pipeline.enums import Status
from pipeline.metrics.conversion import Way
from pipeline.metrics.promises import MOVED, Fate, Promise
from pipeline.models.deals import DealVersion
from pipeline.reports.look import Look
from pipeline.reports.metrics.prices import price_lines
from pipeline.reports.metrics.slips import promised, pushes_of
from pipeline.reports.metrics.stages import deals_of_stage, steps_of
from pipeline.reports.one_state import one_state


class UnknownFigureError(ValueError):
    """There is no figure of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A page of the deals behind a figure, as they stood at the look's moment.

    ``count`` are all of them; ``hidden`` those of people who are no longer below the viewer.
    """

    title: str
    page: Page
    count: int
    hidden: int


WAYS = {
    "entered": "entered it",
    "left": "entered and left it",
    "skipped": "passed it over",
    Way.FORWARD: "moved to a later stage",
    Way.WON: "were won from it",
    Way.LOST: "were lost from it",
    Way.BACK: "moved back from it",
    Way.ELSEWHERE: "moved to another pipeline",
    Way.STILL: "entered it and are there still",
}
FATES = {
    "missed": "not won in the period",
    "moved": "moved out of the period",
    Fate.WON: "won in the period",
    Fate.LOST: "lost in the period",
    Fate.PUSHED_OUT: "pushed out",
    Fate.OVERDUE: "left overdue",
    Fate.BROUGHT_FORWARD: "brought forward",
    Fate.UNDATED: "left without a date",
    Fate.ARCHIVED: "archived",
    Fate.DUE: "still due",
}
PUSHES = {
    "open": "Deals that were open in the period",
    "pushed": "Deals pushed to a later day",
    "slipped": "Deals pushed out of their quarter",
}


@one_state()
def rows_of(look: Look, figure: str, *, number: int) -> Rows:
    """Return a page of the deals behind a figure; UnknownFigureError for one that is none."""
    kind, *words = figure.split(".")
    if kind not in KINDS:
        raise UnknownFigureError(figure)
    try:
        title, deals = KINDS[kind](look, words)
    except (KeyError, IndexError, ValueError) as error:
        raise UnknownFigureError(figure) from error
    held = DealVersion.objects.as_of(look.moment).filter(deal__in=deals)
    seen = held.visible_to(look.viewer).select_related("account", "owner", "stage")
    page = paginate(seen.in_order("amount_base", descending=True), number=number)
    shown = page.total if not page.capped else seen.count()
    return Rows(title=title, page=page, count=len(deals), hidden=len(deals) - shown)


def _stages(look: Look, words: list[str]) -> tuple[str, Collection[int]]:
    stage, way = words
    steps = steps_of()
    names = {step.pk: step.name for step in steps if step.kind == Status.OPEN}
    title = f"{names[int(stage)]}: deals that {WAYS[way]}"
    return title, deals_of_stage(look, steps, int(stage), way)


def _slips(look: Look, words: list[str]) -> tuple[str, Collection[int]]:
    fate, *person = words
    rows = promised(look)
    if person:
        rows = [row for row in rows if row.shown and row.person == int(person[0])]
    found = [row.deal for row in rows if _has(row, fate)]
    return f"Deals expected in the period at its start: {FATES[fate]}", found


def _has(row: Promise, fate: str) -> bool:
    if fate == "missed":
        return row.fate is not Fate.WON
    return row.fate in MOVED if fate == "moved" else row.fate == fate


def _pushes(look: Look, words: list[str]) -> tuple[str, Collection[int]]:
    (which,) = words
    return PUSHES[which], getattr(pushes_of(look), which)


def _prices(look: Look, words: list[str]) -> tuple[str, Collection[int]]:
    rows = price_lines(look).rows
    if words != ["all"]:
        field, key = words
        read: Mapping[str, Callable[..., int]] = {
            "product": lambda row: row.product,
            "person": lambda row: row.person,
        }
        rows = [row for row in rows if row.shown and read[field](row) == int(key)]
    return "Won deals with a list price to compare", {row.deal for row in rows}


KINDS: Mapping[str, Callable[[Look, list[str]], tuple[str, Collection[int]]]] = {
    "stages": _stages,
    "slips": _slips,
    "pushes": _pushes,
    "prices": _prices,
}
