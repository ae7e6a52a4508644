"""The list of overrides."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.context.views import asked
from kit.tables import Empty, Table
from org.http import PersonRequest, sellers
from process.overrides.forms import OverridesForm
from process.overrides.reports import overrides_of
from process.overrides.tables import MOVES, MOVES_LISTED, OVERRIDES, counted

NO_MOVES = Empty(
    title="No moves past an exit here.",
    text="No deal was moved past a stage that asks for something in this period.",
)
NO_OVERRIDES = Empty(
    title="No overrides here.",
    text="Every move of this period had what its exit asked for, or nothing was asked for.",
)


@require_safe
@sellers
def overrides(request: PersonRequest) -> HttpResponse:
    """Count the overrides of a scope by owner and stage; each count opens its overrides."""
    form = asked(request, OverridesForm)
    if {"stage", "list"} & set(form.errors):
        raise Http404
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "process/overrides/overrides.html", {"form": form}, status=status)
    report_view = form.report_view(form.scope)
    list_moves = form.cleaned_data["list"] == MOVES_LISTED
    found = overrides_of(
        report_view,
        stage=form.cleaned_data["stage"],
        number=form.cleaned_data["page"],
        list_moves=list_moves,
    )
    none = NO_MOVES if list_moves else NO_OVERRIDES
    context = {
        "form": form,
        "report_view": report_view,
        "people": Table(
            columns=counted("Owner then", "person", request.GET),
            rows=found.people,
            caption="Overrides by owner",
            empty=NO_MOVES,
        ),
        "stages": Table(
            columns=counted("Stage", "stage", request.GET),
            rows=found.stages,
            caption="Overrides by stage",
            empty=NO_MOVES,
        ),
        "list_title": "Each move past an exit" if list_moves else "Each override",
        "rows": Table(
            columns=MOVES if list_moves else OVERRIDES,
            rows=found.page.rows,
            caption="Moves past an exit" if list_moves else "Overrides",
            page=found.page,
            base_query=request.GET,
            empty=none,
        ),
    }
    return render(request, "process/overrides/overrides.html", context)
