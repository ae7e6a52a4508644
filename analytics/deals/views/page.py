"""A deal: its page, making one, editing, moving and archiving it."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from analytics.deals.reports.conflict import edit_conflict
from analytics.deals.reports.deals import deal_page
from analytics.risk.reports.deal import deal_risk
from kit.components import Tab
from org.models.people import Person
from pipeline import rules
from pipeline.activities.forms.activities import LogForm
from pipeline.activities.reports.timeline import SHOWN
from pipeline.deals.http import visible_deal, writable_deal
from pipeline.deals.models.deals import Deal
from pipeline.http import Visit, back_to, form_page, posted, saved, visit_of, writers
from pipeline.lifecycle import services
from pipeline.lifecycle.forms.deals import PARTS, ArchiveForm, EditDealForm, NewDealForm, PartForm
from pipeline.lifecycle.forms.moves import LostForm, MoveForm, WonForm
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
    visit = visit_of(request)
    found = visible_deal(visit, pk, "credited_to", "created_by")
    limit = None if request.GET.get("timeline") == "all" else SHOWN
    page = deal_page(visit.viewer, found, now=visit.now, today=visit.today, limit=limit)
    return render(request, "analytics/deals/deal.html", _page_context(visit, page))


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def deal_new(request: HttpRequest) -> HttpResponse:
    """Make a deal from a few fields."""
    visit = visit_of(request)
    initial = {"currency": visit.currency, "account": request.GET.get("account", "")}
    if "stage" in request.GET:
        initial["stage"] = request.GET["stage"]
    form = NewDealForm(posted(request), viewer=visit.viewer, initial=initial)
    if form.is_valid() and not form.cleaned_data["again"]:
        twin = just_made(visit.viewer, form.values(now=visit.now), now=visit.now)
        if twin is not None:
            context = {"form": form, "twin": twin, "now": visit.now}
            return render(request, "analytics/deals/deal_new.html", context, status=409)
    made = saved(
        form,
        lambda: services.create_deal(by=visit.viewer, source="page", **form.values(now=visit.now)),
    )
    if made is None:
        return form_page(request, "analytics/deals/deal_new.html", form)
    messages.success(request, f"{made.name} is created.")
    return redirect("analytics:deal", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a deal; a second editor is shown both values and overwrites nothing."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    form = EditDealForm(posted(request), viewer=visit.viewer, deal=found, now=visit.now)
    try:
        if not saved(form, lambda: _edit(visit, found, form)):
            return form_page(request, "analytics/deals/deal_edit.html", form, deal=found)
    except services.EditConflict as conflict:
        return _edit_conflict(request, visit, form, conflict)
    messages.success(request, "Saved.")
    return redirect("analytics:deal", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what to do next."""
    return deal_part(request, pk, part="next-step")


@require_http_methods(["GET", "HEAD", "POST"])
def deal_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Change a part of a deal, on a page of its own or, by htmx, in the place of a list's line."""
    if part not in PARTS:
        raise Http404
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    deal_href = reverse("analytics:deal", args=[pk])
    sent = posted(request)
    wanted = (request.GET if sent is None else sent).get("next", "")
    back = back_to(request, wanted, otherwise=deal_href)
    form = PartForm(sent, viewer=visit.viewer, deal=found, now=visit.now, part=part, back=back)
    try:
        if not saved(form, lambda: _edit(visit, found, form)):
            in_place = request.headers.get("HX-Request") and sent is None
            template = (
                "analytics/deals/_step_form.html" if in_place else "analytics/deals/deal_step.html"
            )
            return form_page(request, template, form, deal=found, back=back)
    except services.EditConflict as conflict:
        return _edit_conflict(request, visit, form, conflict)
    messages.success(request, "Saved.")
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a deal to another stage; a closing asks for its reason or evidence."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    sent = posted(request)
    wanted = (request.GET if sent is None else sent).get("next", "")
    initial = {name: request.GET.get(name) for name in ("stage", "pipeline")}
    initial |= {"seen": visit.now.isoformat(), "next": wanted}
    form = MoveForm(sent, viewer=visit.viewer, deal=found, initial=initial)
    try:
        moved = saved(form, lambda: _move(visit, found, form))
    except services.EditConflict as conflict:
        return _move_conflict(request, visit, form, conflict)
    if moved is None:
        ways = pipeline_tabs(visit.viewer, found, chosen=form["pipeline"].value(), back=wanted)
        back = back_to(request, wanted, otherwise=found.get_absolute_url())
        return form_page(
            request, "analytics/deals/deal_move.html", form, deal=found, pipelines=ways, back=back
        )
    messages.success(request, f"{moved.name} now stands in {moved.stage}.")
    return redirect(back_to(request, wanted, otherwise=moved.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
def deal_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a deal out of the lists, or bring an archived one back."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    restoring = found.archived_at is not None
    write = services.restore_deal if restoring else partial(services.archive_deal, now=visit.now)
    form = ArchiveForm(posted(request), initial={"version": found.version})
    try:
        if not saved(
            form, lambda: write(found, by=visit.viewer, source="page", **form.cleaned_data)
        ):
            return form_page(
                request, "analytics/deals/deal_archive.html", form, deal=found, restoring=restoring
            )
    except services.EditConflict:
        messages.warning(request, "Somebody changed the deal meanwhile: look at it again first.")
    else:
        messages.success(request, "Restored." if restoring else "Archived.")
    return redirect("analytics:deal", pk=pk)


def _edit(visit: Visit, found: Deal, form: EditDealForm) -> Deal:
    version: int = form.cleaned_data["version"]
    return services.edit_deal(
        found, by=visit.viewer, source="page", version=version, changes=form.changes()
    )


def _move(visit: Visit, found: Deal, form: MoveForm) -> Deal:
    return services.move_stage(
        found,
        by=visit.viewer,
        source="page",
        version=form.cleaned_data["version"],
        to=form.cleaned_data["stage"],
        crossing=form.crosses,
        **form.texts(now=visit.now),
    )


def _page_context(visit: Visit, page: Any) -> dict[str, Any]:
    return {
        "page": page,
        "deal": page.deal,
        "risk": deal_risk(page.deal, now=visit.now, today=visit.today),
        "move": MoveForm(viewer=visit.viewer, deal=page.deal, ways=page.ways),
        "seen": visit.now.isoformat(),
        "won": WonForm(),
        "lost": LostForm(viewer=visit.viewer, deal=page.deal),
        "log": LogForm(viewer=visit.viewer, now=visit.now, deal=page.deal),
        "may_log": rules.can_write(visit.viewer) and page.deal.archived_at is None,
        "currency": visit.currency,
        "now": visit.now,
        "today": visit.today,
    }


def _edit_conflict(
    request: HttpRequest, visit: Visit, form: EditDealForm, conflict: services.EditConflict
) -> HttpResponse:
    """Show both values; the form sent from there carries the version and values shown there."""
    current = EditDealForm(viewer=visit.viewer, deal=conflict.current, now=visit.now)
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
        "now": visit.now,
    }
    return render(request, "analytics/deals/deal_edit_conflict.html", context, status=409)


def _move_conflict(
    request: HttpRequest, visit: Visit, form: MoveForm, conflict: services.EditConflict
) -> HttpResponse:
    sides = edit_conflict(
        conflict.current, {}, contested=(), choosable=(), seen=form.cleaned_data["seen"]
    )
    context = {
        "conflict": sides,
        "deal": conflict.current,
        "to": form.cleaned_data["stage"],
        "inputs": form.inputs(version=conflict.current.version, seen=visit.now),
        "now": visit.now,
        "back": back_to(
            request, form.cleaned_data["next"], otherwise=conflict.current.get_absolute_url()
        ),
    }
    return render(request, "analytics/deals/deal_move_conflict.html", context, status=409)
