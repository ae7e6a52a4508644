"""What happened to the pipeline since an earlier moment."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from analytics.context.pages import figures_page
from analytics.review.charts import flow_chart, waterfall_chart
from analytics.review.enums import Movement, Unit
from analytics.review.forms import CAME, CLOSING, FLOW, OPENING, WENT, ChangesForm
from analytics.review.metrics import Waterfall, in_words
from analytics.review.reports.changes import Changes, pipeline_changes
from analytics.review.reports.deals import ChangedDeals, Wanted, along_flow, in_play_at, moved_by
from analytics.review.reports.flow import pipeline_flow
from analytics.review.tables import changed_columns, with_second_lines
from kit.export import csv_response
from kit.tables import Empty, listed, query_with
from org.http import PersonRequest
from pipeline import rules


@figures_page(ChangesForm, "analytics/review/changes.html")
def changes(request: PersonRequest, form: ChangesForm) -> HttpResponseBase:
    """Show the waterfall of a scope's pipeline, its flow, and the deals of one bar.

    The deals of a bar can be had as a file.
    """
    found = pipeline_changes(form.report_view(form.scope), since=form.cleaned_data["since_moment"])
    if form.cleaned_data["file"] and form.cleaned_data["show"]:
        deals, _, _ = _asked(found, form, whole=True)
        columns = with_second_lines(changed_columns(_unit(form)))
        return csv_response("changed-deals.csv", columns, deals.page.rows)
    return render(request, "analytics/review/changes.html", _context(request, form, found))


def _context(request: HttpRequest, form: ChangesForm, found: Changes) -> dict[str, Any]:
    unit: Unit = form.cleaned_data["unit"]
    flow, by = found.flows[unit], form.cleaned_data["by"]
    label = found.report_view.period.period.label

    def href(show: str, link: str | None = None) -> str:
        changed = {"show": show, "link": link, "by": by if link else request.GET.get("by")}
        return query_with(request.GET, {**changed, "sort": None, "page": None}) + "#deals"

    moves = pipeline_flow(found, by)
    drawn = flow.opening or flow.closing or any(flow.steps.values())
    return {
        "form": form,
        "found": found,
        "report_view": found.report_view,
        "compared_with": form.compared_with,
        "unit": unit,
        "counted": unit is Unit.DEALS,
        "opening": in_words(flow.opening, unit),
        "came": in_words(sum(flow.came.values()), unit),
        "went": in_words(sum(flow.went.values()), unit),
        "came_href": href(CAME),
        "went_href": href(WENT),
        "closing": in_words(flow.closing, unit),
        "opening_href": href(OPENING),
        "closing_href": href(CLOSING),
        "may_write": rules.can_write(found.report_view.viewer),
        "waterfall": drawn
        and waterfall_chart(
            flow,
            opening="Then",
            closing="Now" if found.report_view.as_of is None else "As of the day",
            title=f"Pipeline closing in {label}: what changed",
            href=href,
        ),
        "flow": any(link.cents for link in moves.links)
        and flow_chart(
            moves,
            title=f"Where it went, by {'forecast category' if by == 'category' else 'stage'}",
            href=partial(href, FLOW),
        ),
        **_rows(request, form, found),
    }


def _rows(request: HttpRequest, form: ChangesForm, found: Changes) -> dict[str, Any]:
    """Return the table of the deals that the address asks for; nothing where it asks for none."""
    if not form.cleaned_data["show"]:
        return {}
    deals, title, meaning = _asked(found, form)
    unit = _unit(form)
    table = listed(
        form.cleaned_data,
        changed_columns(unit),
        deals.page,
        caption=title,
        query=request.GET,
        empty=Empty(title="No deals.", text="None that you may open did this."),
    )
    return {
        "deals": deals,
        "deals_title": title,
        "deals_meaning": meaning,
        "deals_counted": unit is Unit.DEALS,
        "deals_total": in_words(deals.total, unit),
        "hidden_total": in_words(deals.hidden_value, unit),
        "table": table,
        "without_rows_href": query_with(
            request.GET, {"show": None, "link": None, "sort": None, "page": None}
        ),
        "file_href": query_with(request.GET, {"page": None, "file": "on"}),
    }


# What several movements come to together.
TOGETHER: dict[str, Callable[[Waterfall], tuple[str, Collection[Movement]]]] = {
    CAME: lambda flow: ("Came in or grew", flow.came),
    WENT: lambda flow: ("Went out or shrank", flow.went),
}


def _unit(form: ChangesForm) -> Unit:
    """Return the unit of the list: the flow is in amounts, whatever the bars count."""
    unit: Unit = form.cleaned_data["unit"]
    return Unit.AMOUNT if form.cleaned_data["show"] == FLOW else unit


def _asked(
    found: Changes, form: ChangesForm, *, whole: bool = False
) -> tuple[ChangedDeals, str, str]:
    given = form.cleaned_data
    show, unit, sort = given["show"], _unit(form), given["sort"]
    order = partial(sort.apply_to_list, columns=changed_columns(unit)) if sort else None
    wanted = Wanted(given["page"], order, whole)
    if show == OPENING:
        deals = in_play_at(found, found.before, unit=unit, wanted=wanted)
        return deals, "In the pipeline then", "in play at the earlier moment"
    if show == CLOSING:
        deals = in_play_at(found, found.report_view, unit=unit, wanted=wanted)
        return deals, "In the pipeline now", "in play at the later moment"
    if show == FLOW:
        flow, link = pipeline_flow(found, given["by"]), given["link"]
        deals = along_flow(found, flow, link=link, wanted=wanted)
        return deals, flow.title_of(link) or "Flow", "that went this way"
    if show in TOGETHER:
        title, movements = TOGETHER[show](found.flows[unit])
        return moved_by(found, movements, unit=unit, wanted=wanted), title, "that did"
    movement = Movement(show)
    deals = moved_by(found, {movement}, unit=unit, wanted=wanted)
    return deals, movement.label, movement.note
