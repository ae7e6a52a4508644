"""A deal: its page, making one, editing, moving and archiving it."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from analytics.deals.reports.deals import deal_page, edit_conflict
from analytics.risk.reports.attention import deal_risk
from kit.markup import Tab
from org.http import PageRequest, back_to, form_page, page_request_of, posted, saved
from org.models.people import Person
from pipeline import rules
from pipeline.activities.forms import LogForm
from pipeline.activities.reports import SHOWN
from pipeline.deals.http import visible_deal, writable_deal
from pipeline.deals.models import Deal
from pipeline.http import writers
from pipeline.lifecycle import services
from pipeline.lifecycle.forms.deals import (
    PARTS,
    ArchiveForm,
    DealPartForm,
    EditDealForm,
    LostForm,
    MoveDealForm,
    NewDealForm,
    WonForm,
)
from pipeline.lifecycle.reports import just_made
from pipeline.stages.models import Pipeline


def pipeline_tabs(viewer: Person, deal: Deal, *, chosen: Any, back: str) -> list[Tab]:
    """Return the pipelines that a deal can move in or to, its own first; none where there is one.

    ``chosen`` is the id of the one whose stages are shown, None for its own; ``back`` where the
    author came from.
    """
    own = deal.stage.pipeline_id
    rows = list(Pipeline.objects.visible_to(viewer).live())
    if all(row.pk == own for row in rows):
        return []
    rows.sort(key=lambda row: row.pk != own)
    return [
        Tab(
            label=row.name,
            href="?" + urlencode({"next": back} | ({} if row.pk == own else {"pipeline": row.pk})),
            current=str(row.pk) == str(chosen or own),
        )
        for row in rows
    ]


@require_safe
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a deal: facts, path, parts and story."""
    page_request = page_request_of(request)
    found = visible_deal(page_request, pk, "credited_to", "created_by")
    limit = None if request.GET.get("timeline") == "all" else SHOWN
    page = deal_page(
        page_request.viewer, found, now=page_request.now, today=page_request.today, limit=limit
    )
    return render(request, "analytics/deals/deal.html", _page_context(page_request, page))


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def deal_new(request: HttpRequest) -> HttpResponse:
    """Make a deal from a few fields."""
    page_request = page_request_of(request)
    initial = {"currency": page_request.currency, "account": request.GET.get("account", "")}
    if "stage" in request.GET:
        initial["stage"] = request.GET["stage"]
    form = NewDealForm(posted(request), viewer=page_request.viewer, initial=initial)
    if form.is_valid() and not form.cleaned_data["again"]:
        duplicate = just_made(
            page_request.viewer, form.values(now=page_request.now), now=page_request.now
        )
        if duplicate is not None:
            context = {"form": form, "duplicate": duplicate, "now": page_request.now}
            return render(request, "analytics/deals/deal_new.html", context, status=409)
    made = saved(
        form,
        lambda: services.create_deal(
            by=page_request.viewer, source="page", **form.values(now=page_request.now)
        ),
    )
    if made is None:
        return form_page(request, "analytics/deals/deal_new.html", form)
    messages.success(request, f"{made.name} is created.")
    return redirect("analytics:deal", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a deal; a second editor is shown both values and overwrites nothing."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    form = EditDealForm(
        posted(request), viewer=page_request.viewer, deal=found, now=page_request.now
    )
    try:
        if not saved(form, lambda: _edit(page_request, found, form)):
            return form_page(request, "analytics/deals/deal_edit.html", form, deal=found)
    except services.EditConflict as conflict:
        return _edit_conflict(request, page_request, form, conflict)
    messages.success(request, "Saved.")
    return redirect("analytics:deal", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Change a part of a deal, on a page of its own or, by htmx, in the place of a list's line."""
    if part not in PARTS:
        raise Http404
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    deal_href = reverse("analytics:deal", args=[pk])
    sent = posted(request)
    wanted = (request.GET if sent is None else sent).get("next", "")
    back = back_to(request, wanted, otherwise=deal_href)
    form = DealPartForm(
        sent, viewer=page_request.viewer, deal=found, now=page_request.now, part=part, back=back
    )
    try:
        if not saved(form, lambda: _edit(page_request, found, form)):
            in_place = request.headers.get("HX-Request") and sent is None
            template = (
                "analytics/deals/_step_form.html" if in_place else "analytics/deals/deal_step.html"
            )
            return form_page(request, template, form, deal=found, back=back)
    except services.EditConflict as conflict:
        return _edit_conflict(request, page_request, form, conflict)
    messages.success(request, "Saved.")
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a deal to another stage; a closing asks for its reason or evidence."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    sent = posted(request)
    wanted = (request.GET if sent is None else sent).get("next", "")
    initial = {name: request.GET.get(name) for name in ("stage", "pipeline")}
    initial |= {"seen": page_request.now.isoformat(), "next": wanted}
    form = MoveDealForm(sent, viewer=page_request.viewer, deal=found, initial=initial)
    try:
        moved = saved(form, lambda: _move(page_request, found, form))
    except services.EditConflict as conflict:
        return _move_conflict(request, page_request, form, conflict)
    if moved is None:
        ways = pipeline_tabs(
            page_request.viewer, found, chosen=form["pipeline"].value(), back=wanted
        )
        back = back_to(request, wanted, otherwise=found.get_absolute_url())
        return form_page(
            request, "analytics/deals/deal_move.html", form, deal=found, pipelines=ways, back=back
        )
    messages.success(request, f"{moved.name} now stands in {moved.stage}.")
    return redirect(back_to(request, wanted, otherwise=moved.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
def deal_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a deal out of the lists, or bring an archived one back."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    restoring = found.archived_at is not None
    write = (
        services.restore_deal if restoring else partial(services.archive_deal, now=page_request.now)
    )
    form = ArchiveForm(posted(request), initial={"version": found.version})
    try:
        if not saved(
            form, lambda: write(found, by=page_request.viewer, source="page", **form.cleaned_data)
        ):
            return form_page(
                request, "analytics/deals/deal_archive.html", form, deal=found, restoring=restoring
            )
    except services.EditConflict:
        messages.warning(request, "Somebody changed the deal meanwhile: look at it again first.")
    else:
        messages.success(request, "Restored." if restoring else "Archived.")
    return redirect("analytics:deal", pk=pk)


def _edit(page_request: PageRequest, found: Deal, form: EditDealForm) -> Deal:
    version: int = form.cleaned_data["version"]
    return services.edit_deal(
        found, by=page_request.viewer, source="page", version=version, changes=form.changes()
    )


def _move(page_request: PageRequest, found: Deal, form: MoveDealForm) -> Deal:
    return services.move_stage(
        found,
        by=page_request.viewer,
        source="page",
        version=form.cleaned_data["version"],
        to=form.cleaned_data["stage"],
        crossing=form.crosses,
        **form.texts(now=page_request.now),
    )


def _page_context(page_request: PageRequest, page: Any) -> dict[str, Any]:
    return {
        "page": page,
        "deal": page.deal,
        "risk": deal_risk(page.deal, now=page_request.now, today=page_request.today),
        "move": MoveDealForm(viewer=page_request.viewer, deal=page.deal, ways=page.ways),
        "seen": page_request.now.isoformat(),
        "won": WonForm(),
        "lost": LostForm(viewer=page_request.viewer, deal=page.deal),
        "log": LogForm(viewer=page_request.viewer, now=page_request.now, deal=page.deal),
        "may_log": rules.can_write(page_request.viewer) and page.deal.archived_at is None,
        "currency": page_request.currency,
        "now": page_request.now,
        "today": page_request.today,
    }


def _edit_conflict(
    request: HttpRequest,
    page_request: PageRequest,
    form: EditDealForm,
    conflict: services.EditConflict,
) -> HttpResponse:
    """Show both values; the form sent from there carries the version and values shown there."""
    current = EditDealForm(viewer=page_request.viewer, deal=conflict.current, now=page_request.now)
    sides = edit_conflict(
        conflict.current,
        conflict.attempted,
        contested=form.changed_by_others(current),
        choosable=current.fields,
        seen=form.cleaned_data["seen"],
    )
    context = {
        "conflict": sides,
        "deal": conflict.current,
        "inputs": form.inputs_over(current, [clash.field for clash in sides.clashes]),
        "now": page_request.now,
    }
    return render(request, "analytics/deals/deal_edit_conflict.html", context, status=409)


def _move_conflict(
    request: HttpRequest,
    page_request: PageRequest,
    form: MoveDealForm,
    conflict: services.EditConflict,
) -> HttpResponse:
    sides = edit_conflict(
        conflict.current, {}, contested=(), choosable=(), seen=form.cleaned_data["seen"]
    )
    context = {
        "conflict": sides,
        "deal": conflict.current,
        "to": form.cleaned_data["stage"],
        "inputs": form.inputs(version=conflict.current.version, seen=page_request.now),
        "now": page_request.now,
        "back": back_to(
            request, form.cleaned_data["next"], otherwise=conflict.current.get_absolute_url()
        ),
    }
    return render(request, "analytics/deals/deal_move_conflict.html", context, status=409)
