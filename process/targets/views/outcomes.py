"""From activities to outcomes, where the records are linked."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from analytics.context.views import figures_page
from kit.tables import Empty, Table, query_with
from org.http import PersonRequest
from pipeline.enums import ACTIVITY_LABELS, ActivityKind, Status
from process.targets.forms import OutcomeForm
from process.targets.metrics import Reach, share_of
from process.targets.reports import Outcome, activity_outcome, cohort_page
from process.targets.tables import OF_THE_COHORT, outcome_columns, reach_label


@figures_page(OutcomeForm, "process/targets/activity_outcomes.html")
def activity_outcomes(request: PersonRequest, form: OutcomeForm) -> HttpResponse:
    """Show how deals ended by when they had a first activity, and the deals of one figure."""
    given = form.cleaned_data
    found = activity_outcome(
        form.report_view(form.scope), ActivityKind(given["kind"]), given["days"]
    )
    return render(request, "process/targets/activity_outcomes.html", _context(request, form, found))


def _context(request: PersonRequest, form: OutcomeForm, found: Outcome) -> dict[str, Any]:
    kind = ACTIVITY_LABELS[found.kind].lower()
    funnel = found.funnel

    def href(reach: str, status: str) -> str:
        return query_with(request.GET, {"show": f"{reach}:{status}", "page": None}) + "#deals"

    early = funnel.group(Reach.EARLY)
    steps = [
        ("Created in the period", funnel.deals, href("", ""), None),
        (
            reach_label(Reach.EARLY, kind=kind, days=found.days),
            early.deals,
            href(Reach.EARLY, ""),
            share_of(early.deals, funnel.deals),
        ),
        ("Of those, closed", early.closed, href(Reach.EARLY, "closed"),
         share_of(early.closed, early.deals)),
        ("Of those, won", early.won, href(Reach.EARLY, Status.WON), early.win_rate),
    ]  # fmt: skip
    return {
        "form": form,
        "found": found,
        "kind": kind,
        "steps": steps,
        "table": Table(
            columns=outcome_columns(kind=kind, days=found.days, href=href),
            rows=funnel.groups,
            caption="How deals ended by their first activity",
        ),
        **_deals(request, form, found, kind),
    }


def _deals(request: PersonRequest, form: OutcomeForm, found: Outcome, kind: str) -> dict[str, Any]:
    """Return the table of the deals that the address asks for; nothing where it asks for none."""
    if not (show := form.cleaned_data["show"]):
        return {}
    reach, _, status = show.partition(":")
    page = cohort_page(found, reach=reach, status=status, number=form.cleaned_data["page"])
    whose = reach_label(Reach(reach), kind=kind, days=found.days) if reach else "All of the period"
    return {
        "deals_title": f"{whose}, {status}" if status else whose,
        "deals": Table(
            columns=OF_THE_COHORT,
            rows=page.rows,
            caption="Deals of the figure",
            page=page,
            base_query=request.GET,
            empty=Empty(title="No deals."),
        ),
    }
