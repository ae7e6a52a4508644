"""The deals behind a figure of the metrics that no filter of the deal list can say.

A figure is named by words with dots between them: "stages.3.forward", "slips.pushed_out",
"slips.pushed_out.7" of one person, "pushes.pushed", "prices.product.5",
"overlay.all", "overlay.7".
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from analytics.attainment.reports.ledger import Ledger, Transfer
from analytics.context.reports import ReportView, one_state
from analytics.metrics.metrics.conversion import Way
from analytics.metrics.metrics.promises import MOVED, Fate, Promise
from analytics.metrics.reports.prices import price_lines
from analytics.metrics.reports.slips import promised, pushes_of
from analytics.metrics.reports.stages import deals_of_stage, steps_of
from kit.money import from_cents, half_up
from kit.tables import Page, page_of
from org.enums import SubjectKind
from pipeline.deals.models import DealVersion
from pipeline.deals.reports.totals import Totals, deal_totals
from pipeline.enums import Status


def overlays(report_view: ReportView, *, person: int | None = None) -> list[Transfer]:
    """Return the overlay credit of a look for deals won in the period, or that of one person in it.

    Name: Overlay credit
    Formula: sum of (the deal's amount x the overlay's percent), each rounded half up
    Unit: money
    Placed by: the day of the closing
    Credited to: the people whom the split in force at the moment names, and their team of the day
    Left out: deals without an amount; it is in no bookings, attainment or total
    Source: own, as is usual for specialists and leads who help to win what others own
    """
    ledger = Ledger(report_view.period.period, report_view.moment, report_view.calendar)
    return [
        each
        for each in ledger.transfers
        if each.overlay and person in (None, each.person) and each.counts_for(report_view.scope)
    ]


def overlay_url(report_view: ReportView, *, person: int | None = None) -> str:
    """Return the address of the deals behind a look's overlay credit, or one person's in it."""
    subject = report_view.scope.subject
    named = {SubjectKind.PERSON: "person", SubjectKind.TERRITORY: "territory"}.get(subject.kind)
    subject_filter = {named: subject.pk} if named else {"team": report_view.scope.key}
    figure = "overlay.all" if person is None else f"overlay.{person}"
    given = {
        **subject_filter,
        "period": report_view.period.pk,
        "as_of": report_view.as_of,
        "figure": figure,
    }
    query = urlencode({key: value for key, value in given.items() if value is not None})
    return f"{reverse('analytics:metric-rows')}?{query}"


class UnknownFigureError(ValueError):
    """There is no figure of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The deals behind a figure, and what it takes of each where that is not its amount now."""

    title: str
    deals: Collection[int]
    taken: Mapping[str, Mapping[int, Decimal]] = field(default_factory=dict)


def behind(report_view: ReportView, figure: str) -> Behind:
    """Return the deals behind a figure; UnknownFigureError for one that is none."""
    kind, *words = figure.split(".")
    if kind not in KINDS:
        raise UnknownFigureError(figure)
    try:
        return KINDS[kind](report_view, words)
    except (KeyError, IndexError, ValueError) as error:
        raise UnknownFigureError(figure) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A page of the deals behind a figure, as they were at the report view's moment.

    ``count`` are all of them; ``hidden`` those that the viewer may not open. ``totals`` are of
    those shown, ``sums`` of what the figure takes, whose total the viewer is shown anyway.
    """

    behind: Behind
    page: Page
    count: int
    hidden: int
    totals: Totals
    sums: Mapping[str, Decimal]


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
FATES: dict[str, str] = {
    "missed": "not won in the period",
    "moved": "moved out of the period",
    **{fate: fate.label.lower() for fate in Fate},
    Fate.WON: "won in the period",
    Fate.LOST: "lost in the period",
    Fate.UNDATED: "left without a date",
}
PUSHES = {
    "open": "Deals that were open in the period",
    "pushed": "Deals pushed to a later day",
    "slipped": "Deals pushed out of their quarter",
}


def rows_behind(report_view: ReportView, found: Behind, *, by: str, descending: bool) -> QuerySet:
    """Return all of the deals that the viewer may open, as they were, ordered by a column."""
    held = DealVersion.objects.as_of(report_view.moment).filter(deal__in=found.deals)
    seen = held.visible_to(report_view.viewer).select_related("account", "owner", "stage__pipeline")
    return seen.in_order(by, descending=descending)


@one_state()
def rows_of(
    report_view: ReportView, figure: str, *, by: str, descending: bool, number: int
) -> Rows:
    """Return a page of the deals behind a figure; UnknownFigureError for one that is none."""
    found = behind(report_view, figure)
    seen = rows_behind(report_view, found, by=by, descending=descending)
    totals = deal_totals(seen, cap=None)
    return Rows(
        behind=found,
        page=page_of(seen, total=totals.count, number=number),
        count=len(found.deals),
        hidden=len(found.deals) - totals.count,
        totals=totals,
        sums={
            label: half_up(sum(taken.values(), Decimal(0))) for label, taken in found.taken.items()
        },
    )


def _stages(report_view: ReportView, words: list[str]) -> Behind:
    stage, way = words
    steps = steps_of()
    names = {step.pk: step.name for step in steps if step.kind == Status.OPEN}
    title = f"{names[int(stage)]}: deals that {WAYS[way]}"
    return Behind(title=title, deals=deals_of_stage(report_view, steps, int(stage), way))


def _slips(report_view: ReportView, words: list[str]) -> Behind:
    fate, *person = words
    rows = promised(report_view)
    if person:
        rows = [row for row in rows if row.shown and row.person == int(person[0])]
    found = [row for row in rows if _has(row, fate)]
    return Behind(
        title=f"Deals expected in the period at its start: {FATES[fate]}",
        deals={row.deal for row in found},
        # No page shows what those whom the viewer may not open add to one fate.
        taken={
            "Amount at the start": {row.deal: from_cents(row.cents) for row in found if row.shown}
        },
    )


def _has(row: Promise, fate: str) -> bool:
    if fate == "missed":
        return row.fate is not Fate.WON
    return row.fate in MOVED if fate == "moved" else row.fate == fate


def _pushes(report_view: ReportView, words: list[str]) -> Behind:
    (which,) = words
    return Behind(title=PUSHES[which], deals=getattr(pushes_of(report_view), which))


def _prices(report_view: ReportView, words: list[str]) -> Behind:
    rows = price_lines(report_view).rows
    if words != ["all"]:
        field, key = words
        read: Mapping[str, Callable[..., int]] = {
            "product": lambda row: row.product,
            "person": lambda row: row.person,
        }
        rows = [row for row in rows if row.shown and read[field](row) == int(key)]
    listed: dict[int, Decimal] = {}
    sold: dict[int, Decimal] = {}
    for row in rows:
        listed[row.deal] = listed.get(row.deal, Decimal(0)) + row.listed
        sold[row.deal] = sold.get(row.deal, Decimal(0)) + row.sold
    return Behind(
        title="Won deals with a list price to compare",
        deals=listed.keys(),
        taken={"At list price": listed, "As agreed": sold},
    )


def _overlay(report_view: ReportView, words: list[str]) -> Behind:
    (whose,) = words
    taken: dict[int, Decimal] = {}
    for each in overlays(report_view, person=None if whose == "all" else int(whose)):
        taken[each.deal] = taken.get(each.deal, Decimal(0)) + from_cents(each.overlay)
    return Behind(
        title="Won deals that count as overlay credit",
        deals=taken.keys(),
        taken={"Overlay credit": taken},
    )


KINDS: Mapping[str, Callable[[ReportView, list[str]], Behind]] = {
    "stages": _stages,
    "slips": _slips,
    "pushes": _pushes,
    "prices": _prices,
    "overlay": _overlay,
}
