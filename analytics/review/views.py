"""Going through a pipeline before its review, and what happened to it since an earlier moment."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from analytics.context.reports import organisation_calendar
from analytics.context.views import asked, figures_page
from analytics.review import services
from analytics.review.charts import flow_chart, waterfall_chart
from analytics.review.enums import Movement, Unit, ViewPage
from analytics.review.forms import (
    CAME,
    FLOW,
    OPENING,
    WENT,
    ChangesForm,
    ReviewedForm,
    ReviewForm,
    ViewForm,
)
from analytics.review.metrics import Waterfall, in_words
from analytics.review.models import SavedView
from analytics.review.reports.changes import Changes, pipeline_changes, saved_views, subject_columns
from analytics.review.reports.flow import (
    ChangedDeals,
    Wanted,
    along_flow,
    in_play_at,
    moved_by,
    pipeline_flow,
)
from analytics.review.reports.inspection import (
    CLOSING,
    Inspection,
    InspectionGroup,
    inspected_deals,
    inspection,
)
from analytics.review.tables import (
    REVIEW,
    changed_columns,
    download_columns,
    editable_columns,
    with_moved,
    with_second_lines,
)
from kit.display import money_short
from kit.export import csv_response
from kit.markup import Tab
from kit.money import from_cents
from kit.tables import Empty, listed, query_with
from org.http import PersonRequest, saved, sellers
from org.models.teams import Team
from pipeline import rules
from pipeline.enums import CATEGORY_LABELS

LABELS = {
    CLOSING: "All in play",
    **{str(category): label for category, label in CATEGORY_LABELS.items()},
    **{str(movement): movement.label for movement in Movement},
}


@figures_page(ReviewForm, "analytics/review/review.html")
def review(request: PersonRequest, form: ReviewForm) -> HttpResponse:
    """List the deals of a pipeline with what changed in each since an earlier moment."""
    changes = _changes(form)
    found = inspection(changes, **_asked(form), number=form.cleaned_data["page"])
    return render(request, "analytics/review/review.html", _context(request, form, changes, found))


@figures_page(ReviewForm, "analytics/review/review.html", empty_calendar=400)
def review_file(request: PersonRequest, form: ReviewForm) -> HttpResponseBase:
    """Download every deal of the list, not only the page's."""
    rows = inspected_deals(_changes(form), **_asked(form))
    return csv_response("pipeline-review.csv", download_columns(form.cleaned_data["show"]), rows)


def _changes(form: ReviewForm) -> Changes:
    return pipeline_changes(form.report_view(form.scope), since=form.cleaned_data["since_moment"])


def _asked(form: ReviewForm) -> dict[str, Any]:
    """Return which deals the address asks for, and in what order."""
    given = form.cleaned_data
    sort = given["sort"]
    column = next(column for column in REVIEW if column.key == sort.key)
    return {
        "show": given["show"],
        "only": given["only"],
        "field": column.sort or "name",
        "descending": sort.descending,
    }


def _context(
    request: PersonRequest, form: ReviewForm, changes: Changes, found: Inspection
) -> dict[str, Any]:
    given, report_view = form.cleaned_data, changes.report_view

    def tab(group: InspectionGroup) -> Tab:
        worth = money_short(from_cents(group.cents))
        href = query_with(request.GET, {"show": group.show, "page": None})
        label = f"{LABELS[group.show]} {worth}"
        return Tab(label=label, href=href, current=group.show == given["show"], count=group.deals)

    views = ViewForm(viewer=request.user, calendar=form.calendar, query=request.GET.urlencode())
    edits = rules.can_write(request.user) and not report_view.as_of
    columns = editable_columns(request.get_full_path()) if edits else REVIEW
    table = listed(
        given,
        with_moved(columns, given["show"]),
        found.page,
        caption=LABELS[given["show"]],
        query=request.GET,
        empty=Empty(
            title="No deals match.",
            text="Choose another period, group or narrowing.",
            href=reverse("analytics:review"),
            label="Start over",
        ),
    )
    seen = {"seen_at": form.now.isoformat(), "submission": uuid4()}
    keep = query_with(request.GET, {"show": None, "only": None, "sort": None, "page": None})
    return {
        "form": form,
        "report_view": report_view,
        "found": found,
        "compared_with": form.compared_with,
        "in_play": [tab(group) for group in found.in_play],
        "since": [tab(group) for group in found.since],
        "title": LABELS[given["show"]],
        "narrowed_from": found.deals_of(given["show"]) if given["only"] else None,
        "narrowed_by": dict(form.fields["only"].choices)[given["only"]].lower(),  # type: ignore[attr-defined]
        "moved": None if found.moved is None else from_cents(found.moved),
        "meaning": Movement(given["show"]).note if found.moved is not None else "",
        "shown_amount": from_cents(found.shown.cents),
        "table": table,
        "csv_href": reverse("analytics:review-csv") + query_with(request.GET, {"page": None}),
        "changes_href": reverse("analytics:changes") + keep,
        "reviewed": None if report_view.as_of else ReviewedForm(initial=seen),
        "done_href": reverse("analytics:review-done") + query_with(request.GET, {"page": None}),
        "views": saved_views(request.user, ViewPage.REVIEW, shared=views.shared),
        "view_form": views,
    }


@require_POST
@sellers
def review_done(request: PersonRequest) -> HttpResponse:
    """Remember that the viewer went through the pipeline of the address as its page showed it."""
    address, done = asked(request, ReviewForm), ReviewedForm(request.POST)
    if not address.is_valid() or not done.is_valid() or done.cleaned_data["seen_at"] > address.now:
        messages.error(request, "This page is out of date. Look again, then mark it as reviewed.")
        return redirect("analytics:review")
    services.mark_reviewed(
        by=request.user,
        subject=subject_columns(address.scope.subject),
        pipeline=address.cleaned_data["pipeline"],
        at=done.cleaned_data["seen_at"],
        submission=done.cleaned_data["submission"],
    )
    messages.success(request, "Reviewed. The next review compares with this moment.")
    return redirect(reverse("analytics:review") + query_with(request.GET, {}))


@require_POST
@sellers
def view_save(request: PersonRequest, page: str) -> HttpResponse:
    """Keep a list's filter under a name."""
    if page not in set(ViewPage):
        raise Http404
    form = ViewForm(request.POST, viewer=request.user, calendar=organisation_calendar())

    def write() -> SavedView:
        given = form.cleaned_data
        team = given["team"] and Team.objects.get(pk=given["team"])
        return services.save_view(
            by=request.user,
            page=ViewPage(page),
            name=given["name"],
            query=given["query"],
            team=team,
        )

    if (view := saved(form, write)) is None:
        return render(
            request, "analytics/review/view_save.html", {"form": form, "page": page}, status=400
        )
    messages.success(request, f"Kept as “{view.name}”.")
    return redirect(view)


@require_POST
@sellers
def view_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a view away."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).live(), pk=pk)
    services.archive_view(view, by=request.user, at=timezone.now())
    messages.success(request, f"“{view.name}” is removed.")
    return redirect(f"analytics:{view.page}")


@figures_page(ChangesForm, "analytics/review/changes.html")
def changes(request: PersonRequest, form: ChangesForm) -> HttpResponseBase:
    """Show the waterfall of a scope's pipeline, its flow, and the deals of one bar.

    The deals of a bar can be had as a file.
    """
    found = pipeline_changes(form.report_view(form.scope), since=form.cleaned_data["since_moment"])
    if form.cleaned_data["file"] and form.cleaned_data["show"]:
        deals, _, _ = _deals_asked(found, form, whole=True)
        columns = with_second_lines(changed_columns(_unit(form)))
        return csv_response("changed-deals.csv", columns, deals.page.rows)
    return render(request, "analytics/review/changes.html", _figures(request, form, found))


def _figures(request: HttpRequest, form: ChangesForm, found: Changes) -> dict[str, Any]:
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
        **_deals(request, form, found),
    }


def _deals(request: HttpRequest, form: ChangesForm, found: Changes) -> dict[str, Any]:
    """Return the table of the deals that the address asks for; nothing where it asks for none."""
    if not form.cleaned_data["show"]:
        return {}
    deals, title, meaning = _deals_asked(found, form)
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


def _deals_asked(
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
