"""Setting up what puts a deal at risk: for admins."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.forms.risk import RiskForm
from analytics.risk.http import risk_admins
from analytics.risk.reports.rules import (
    RiskInputs,
    learnt_limits_on,
    newest_rule,
    norm_rows,
    risk_inputs,
    rule_history,
)
from analytics.risk.services import risk as services
from analytics.risk.tables import HISTORY, NORMS
from kit.tables import Empty, Table
from org.http import PageRequest, page_request_of, posted, saved

HISTORY_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@risk_admins
def risk(request: HttpRequest) -> HttpResponse:
    """Show and set how signals are judged, beside what won deals teach."""
    page_request = page_request_of(request)
    inputs = risk_inputs(moment=page_request.now, day=page_request.today)
    form = RiskForm(posted(request), rules=inputs.rules, seen=newest_rule())

    def write() -> list:
        seen: int = form.cleaned_data["seen"]
        return [services.set_rules(form.values(), by=page_request.viewer, seen=seen)]

    if saved(form, write):
        messages.success(request, "Saved. Deals are judged so from now on.")
        return redirect("analytics:risk")
    status = 400 if form.is_bound else 200
    return render(
        request, "analytics/risk/risk.html", _context(page_request, inputs, form), status=status
    )


@require_POST
@risk_admins
def risk_adopt(request: HttpRequest, signal: str) -> HttpResponse:
    """Take over the threshold of a signal that won deals teach."""
    page_request = page_request_of(request)
    if signal not in set(Signal):
        raise Http404
    _, learnt = learnt_limits_on(page_request.today)
    found = learnt.get(Signal(signal))
    if found is None or found.limit is None:
        messages.error(request, "Nothing was learnt about this signal yet.")
        return redirect("analytics:risk")
    services.adopt(Signal(signal), found, by=page_request.viewer)
    messages.success(request, f"{SIGNAL_LABELS[Signal(signal)]} starts at {found.limit:,} now.")
    return redirect("analytics:risk")


def _context(page_request: PageRequest, inputs: RiskInputs, form: RiskForm) -> dict[str, Any]:
    made_on, learnt = learnt_limits_on(page_request.today)
    history = list(rule_history()[:HISTORY_SHOWN])
    return {
        "form": form,
        "lines": list(form.lines(learnt)),
        "made_on": made_on,
        "total": sum(rule.weight for rule in inputs.rules.values() if rule.on),
        "norms": Table(
            columns=NORMS,
            rows=norm_rows(inputs),
            caption="Days in stage",
            empty=Empty(title="No open stages yet.", text="Set up the stages first."),
        ),
        "history": Table(
            columns=HISTORY,
            rows=history,
            caption="What was set",
            empty=Empty(title="Nothing was changed yet: all is as it came."),
        ),
        "now": page_request.now,
    }
