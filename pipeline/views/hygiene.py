"""Open deals that break a rule, and deciding what becomes of each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kit.components import Tab
from kit.display import count
from kit.export import csv_response
from kit.money import from_cents
from kit.pages import paginate
from kit.tables import Table, query_with
from org.http import PersonRequest
from pipeline import rules
from pipeline.enums import SIGNAL_LABELS, Signal
from pipeline.forms.hygiene import DecisionForm, WorklistForm
from pipeline.metrics.hygiene import STATE_LABELS, Remedy
from pipeline.models.deals import Deal
from pipeline.reports.hygiene import Breach, Worklist, usual_due_day, worklist
from pipeline.reports.setting import setting
from pipeline.services import hygiene as services
from pipeline.tables.hygiene import BREACHES, OWNERS, breach_words
from pipeline.views.visit import back_to, sellers, writers

TONES = {"overdue": "bad", "undecided": "warn", "due": "neutral", "justified": "good"}


@dataclass(frozen=True, slots=True)
class Line:
    """A breach as the page shows it, with the form that decides about it where one may."""

    breach: Breach
    words: str
    amount: Any
    state: str
    tone: str
    form: DecisionForm | None
    hand_over: str


@require_safe
@sellers
def hygiene(request: PersonRequest) -> HttpResponse:
    """List what of a scope's open deals breaks a rule."""
    form = _form(request)
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "pipeline/hygiene.html", {"form": form}, status=status)
    found = worklist(form.look(form.scope))
    return render(request, "pipeline/hygiene.html", _context(request, form, found))


@require_safe
@sellers
def hygiene_file(request: PersonRequest) -> HttpResponseBase:
    """Download every line of the list, not only the page's."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "pipeline/hygiene.html", {"form": form}, status=400)
    found = worklist(form.look(form.scope))
    return csv_response("hygiene.csv", BREACHES, found.narrowed(**_asked(form)))


@require_POST
@writers
def hygiene_decide(request: PersonRequest) -> HttpResponse:
    """Decide what becomes of one breach, and go back to the list."""
    form = DecisionForm(request.POST)
    back = back_to(request, request.POST.get("next", ""), otherwise=reverse("pipeline:hygiene"))
    form.is_valid()
    given = form.cleaned_data
    seen_by = Deal.objects.visible_to(request.user)
    deal = get_object_or_404(seen_by, pk=given.get("deal"))
    if form.errors:
        return render(
            request, "pipeline/hygiene_decision.html", {"form": form, "deal": deal}, status=400
        )
    try:
        services.decide(
            deal,
            by=request.user,
            signal=Signal(given["signal"]),
            remedy=Remedy(given["remedy"]),
            due_on=given["due_on"],
            reason=given["reason"],
            seen=given["seen"],
            at=timezone.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return render(
            request, "pipeline/hygiene_decision.html", {"form": form, "deal": deal}, status=400
        )
    if given["remedy"] == Remedy.CLOSE:
        messages.success(request, f"Noted. {deal.name} is closed by moving it on its page.")
    else:
        messages.success(request, f"Noted for {deal.name}.")
    return redirect(back)


def _form(request: PersonRequest) -> WorklistForm:
    form = WorklistForm(request.GET, viewer=request.user, calendar=setting(), now=timezone.now())
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    return form


def _asked(form: WorklistForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("signal", "state")}


def _context(request: PersonRequest, form: WorklistForm, found: Worklist) -> dict[str, Any]:
    look, asked = found.look, _asked(form)
    page = paginate(found.narrowed(**asked), number=form.cleaned_data["page"])
    may_decide = rules.can_write(request.user) and not look.as_of
    due = usual_due_day(look) if may_decide else None

    def tab(state: str, label: str, number: int) -> Tab:
        href = query_with(request.GET, {"state": state or None, "page": None})
        return Tab(label=label, href=href, current=state == asked["state"], count=number)

    by_signal, by_state = found.by_signal, found.by_state
    states = [tab("", "All", len(found.breaches))]
    states += [tab(state, label, by_state[state]) for state, label in STATE_LABELS.items()]
    return {
        "form": form,
        "look": look,
        "found": found,
        "clean_sub": f"{count(found.whole.clean)} of {count(found.whole.deals)}",
        "states": states,
        "rules": [
            (
                SIGNAL_LABELS[signal],
                by_signal[signal],
                query_with(request.GET, {"signal": str(signal), "page": None}),
            )
            for signal in Signal
            if by_signal[signal]
        ],
        "lines": [_line(breach, back=request.get_full_path(), due=due) for breach in page.rows],
        "pages": Table(columns=[], rows=[], caption="", page=page, base_query=request.GET),
        "page": page,
        "owners": Table(columns=OWNERS, rows=found.owners, caption="Clean deals by person"),
        "file_href": reverse("pipeline:hygiene-csv") + query_with(request.GET, {"page": None}),
        "narrowed": bool(asked["signal"] or asked["state"]),
        "without_href": query_with(request.GET, {"signal": None, "state": None, "page": None}),
    }


def _line(breach: Breach, *, back: str, due: date | None) -> Line:
    form = None
    if due is not None:
        decision = breach.decision
        form = DecisionForm(
            auto_id=f"id_{breach.deal.deal}_{breach.signal}_%s",
            initial={
                "deal": breach.deal.deal,
                "signal": str(breach.signal),
                "seen": decision.pk if decision else 0,
                "next": back,
                "remedy": str(Remedy.FIX),
                "due_on": due,
            },
        )
    left = breach.signal is Signal.OWNER_LEFT
    return Line(
        breach=breach,
        words=breach_words(breach),
        amount=None if breach.deal.cents is None else from_cents(breach.deal.cents),
        state=STATE_LABELS[breach.state],
        tone=TONES[breach.state],
        form=form,
        hand_over=reverse("pipeline:hand-over", args=[breach.deal.owner]) if left else "",
    )
