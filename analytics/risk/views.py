"""Data quality of open deals, and setting up what puts a deal at risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from analytics.context.views import figures_page
from analytics.risk import services
from analytics.risk.enums import Signal
from analytics.risk.forms import DecisionForm, IssueChoice, RiskForm, WorklistForm
from analytics.risk.metrics.hygiene import Remedy, State
from analytics.risk.reports.hygiene import DataQualityIssue, Worklist, usual_due_day, worklist
from analytics.risk.reports.inputs import (
    RiskInputs,
    learnt_limits_on,
    norm_rows,
    risk_inputs,
    rule_history,
)
from analytics.risk.tables import BREACHES, HISTORY, NORMS, OWNERS, issue_words
from kit.display import count
from kit.export import csv_response
from kit.markup import Tab
from kit.money import from_cents
from kit.tables import Empty, Table, paginate, query_with
from org.http import (
    PageRequest,
    PersonRequest,
    back_to,
    form_page,
    let_in,
    page_request_of,
    posted,
    saved,
)
from org.rules import can_administer
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.http import writers

TONES = {"overdue": "bad", "undecided": "warn", "due": "neutral", "justified": "good"}


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue as the page shows it."""

    issue: DataQualityIssue
    words: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class DealIssues:
    """A deal with its issues, and the form that decides about them where one may.

    ``state`` is that of the breach that waits longest.
    """

    issue: DataQualityIssue
    amount: Any
    state: str
    tone: str
    lines: list[IssueRow]
    form: DecisionForm | None
    hand_over: str


@figures_page(WorklistForm, "analytics/risk/hygiene.html")
def hygiene(request: PersonRequest, form: WorklistForm) -> HttpResponse:
    """List what of a scope's open deals breaks a rule."""
    found = worklist(form.report_view(form.scope))
    return render(request, "analytics/risk/hygiene.html", _context(request, form, found))


@figures_page(WorklistForm, "analytics/risk/hygiene.html", empty_calendar=400)
def hygiene_file(request: PersonRequest, form: WorklistForm) -> HttpResponseBase:
    """Download every line of the list, not only the page's."""
    found = worklist(form.report_view(form.scope))
    return csv_response("hygiene.csv", BREACHES, found.narrowed(**_asked(form)))


@require_POST
@writers
def hygiene_decide(request: PersonRequest) -> HttpResponse:
    """Decide what becomes of issues of one deal, and go back to the list."""
    form = DecisionForm(request.POST)
    back = back_to(request, request.POST.get("next", ""), otherwise=reverse("analytics:hygiene"))
    form.is_valid()
    given = form.cleaned_data
    deal = get_object_or_404(Deal.objects.visible_to(request.user), pk=given.get("deal"))

    def write() -> Sequence[object]:
        return services.decide(
            deal,
            by=request.user,
            breaches=form.decided(),
            remedy=Remedy(given["remedy"]),
            due_on=given["due_on"],
            reason=given["reason"],
            at=timezone.now(),
        )

    if saved(form, write) is None:
        return form_page(request, "analytics/risk/hygiene_decision.html", form, deal=deal)
    if given["remedy"] == Remedy.CLOSE:
        messages.success(request, f"Noted. {deal.name} is closed by moving it on its page.")
    else:
        messages.success(request, f"Noted for {deal.name}.")
    return redirect(back)


def _asked(form: WorklistForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("signal", "state")}


def _context(request: PersonRequest, form: WorklistForm, found: Worklist) -> dict[str, Any]:
    report_view, asked = found.report_view, _asked(form)
    page = paginate(found.by_deal(**asked), number=form.cleaned_data["page"])
    may_decide = rules.can_write(request.user) and not report_view.as_of
    due = usual_due_day(report_view) if may_decide else None

    def tab(state: str, label: str, number: int) -> Tab:
        href = query_with(request.GET, {"state": state or None, "page": None})
        return Tab(label=label, href=href, current=state == asked["state"], count=number)

    by_signal, by_state = found.by_signal, found.by_state
    states = [tab("", "All", len(found.breaches))]
    states += [tab(state, state.label, by_state[state]) for state in State]
    return {
        "form": form,
        "report_view": report_view,
        "found": found,
        "clean_sub": f"{count(found.whole.clean)} of {count(found.whole.deals)}",
        "states": states,
        "rules": [
            (
                signal.label,
                by_signal[signal],
                query_with(request.GET, {"signal": str(signal), "page": None}),
            )
            for signal in sorted(by_signal, key=lambda signal: -by_signal[signal])
        ],
        "groups": [_group(rows, back=request.get_full_path(), due=due) for rows in page.rows],
        "pages": Table(columns=[], rows=[], caption="", page=page, base_query=request.GET),
        "page": page,
        "owners": Table(columns=OWNERS, rows=found.owners, caption="Clean deals by person"),
        "file_href": reverse("analytics:hygiene-csv") + query_with(request.GET, {"page": None}),
        "narrowed": bool(asked["signal"] or asked["state"]),
        "without_href": query_with(request.GET, {"signal": None, "state": None, "page": None}),
    }


def _group(breaches: list[DataQualityIssue], *, back: str, due: date | None) -> DealIssues:
    first = breaches[0]
    deal = first.deal
    left = any(issue.signal is Signal.OWNER_LEFT for issue in breaches)
    return DealIssues(
        issue=first,
        amount=None if deal.cents is None else from_cents(deal.cents),
        state=first.state.label,
        tone=TONES[first.state],
        lines=[
            IssueRow(issue, issue_words(issue), issue.state.label, TONES[issue.state])
            for issue in breaches
        ],
        form=None if due is None else _decision(breaches, back=back, due=due),
        hand_over=reverse("process:hand-over", args=[deal.owner]) if left else "",
    )


def _decision(breaches: list[DataQualityIssue], *, back: str, due: date) -> DecisionForm:
    """Return the form about a deal's issues, those ticked that wait for a decision."""
    waiting = [each for each in breaches if each.state in {State.OVERDUE, State.UNDECIDED}]
    deal = breaches[0].deal.deal
    return DecisionForm(
        auto_id=f"id_{deal}_%s",
        offered=[
            IssueChoice(
                each.signal,
                each.decision.pk if each.decision else 0,
                issue_words(each),
                is_ticked=not waiting or each in waiting,
            )
            for each in breaches
        ],
        initial={"deal": deal, "next": back, "remedy": str(Remedy.FIX), "due_on": due},
    )


HISTORY_SHOWN = 20
risk_admins = partial(let_in, can_administer)


@require_http_methods(["GET", "HEAD", "POST"])
@risk_admins
def risk(request: HttpRequest) -> HttpResponse:
    """Show and set how signals are judged, beside what won deals teach."""
    page_request = page_request_of(request)
    inputs = risk_inputs(moment=page_request.now, day=page_request.today)
    form = RiskForm(posted(request), rules=inputs.rules, seen=services.newest_rule())

    def write() -> list:
        seen: int = form.cleaned_data["seen"]
        return [services.set_rules(form.values(), by=page_request.viewer, seen=seen)]

    if saved(form, write):
        messages.success(request, "Saved. Deals are judged so from now on.")
        return redirect("analytics:risk")
    status = 400 if form.is_bound else 200
    return render(
        request, "analytics/risk/risk.html", _set_up(page_request, inputs, form), status=status
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
    messages.success(request, f"{Signal(signal).label} starts at {found.limit:,} now.")
    return redirect("analytics:risk")


def _set_up(page_request: PageRequest, inputs: RiskInputs, form: RiskForm) -> dict[str, Any]:
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
