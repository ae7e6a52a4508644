"""Reassigning all open deals of a person, and the rule by which that is offered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from kit.forms import add_errors
from kit.markup import Tab
from kit.tables import Empty, Table
from org.http import admins_only, form_page, page_request_of, posted, saved
from org.models.people import Person
from pipeline import rules
from process.enums import GIVEN_TO_LABELS
from process.leavers import services
from process.leavers.forms import HandOverForm, LeaverRuleForm
from process.leavers.reports import leaver_rules, open_deals_by_account
from process.leavers.reports import leavers as leavers_of
from process.leavers.tables import LEAVERS, RULES
from process.models import LeaverRule

RULES_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@admins_only
def leavers(request: HttpRequest) -> HttpResponse:
    """Show who left and still has open deals, and set the rule that offers them to others."""
    page_request = page_request_of(request)
    form = LeaverRuleForm(posted(request), initial={"given_to": str(LeaverRule.standing())})
    if saved(
        form,
        lambda: services.set_leaver_rule(form.cleaned_data["given_to"], by=page_request.viewer),
    ):
        messages.success(request, "Saved. Hand-overs are filled in so from now on.")
        return redirect("process:leavers")
    waiting = Table(
        columns=LEAVERS,
        rows=leavers_of(page_request.viewer),
        caption="Open deals of people who left",
        empty=Empty(title="Nobody who left has an open deal."),
    )
    history = Table(
        columns=RULES,
        rows=list(leaver_rules()[:RULES_SHOWN]),
        caption="What was set",
        empty=Empty(title="Nothing was set yet: it is as it came."),
    )
    return form_page(
        request,
        "process/leavers/leavers.html",
        form,
        waiting=waiting,
        history=history,
        now=page_request.now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who gets whose deals, and do it."""
    page_request = page_request_of(request)
    person = get_object_or_404(Person.objects.led_by(page_request.viewer), pk=pk)
    if not rules.can_hand_over(page_request.viewer, person):
        raise PermissionDenied
    groups = open_deals_by_account(page_request.viewer, person)
    rule = request.GET.get("by") or str(LeaverRule.standing())
    form = HandOverForm(
        posted(request), viewer=page_request.viewer, person=person, groups=groups, rule=rule
    )
    if form.is_valid():
        try:
            count = services.hand_over(person, by=page_request.viewer, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            deals = "1 deal has" if count == 1 else f"{count} deals have"
            messages.success(request, f"{deals} a new owner.")
            return redirect("process:hand-over", pk=pk)
    by_rule = [
        Tab(label=label, href=f"?by={name}", current=rule == name)
        for name, label in GIVEN_TO_LABELS.items()
    ]
    context = {
        "person": person,
        "groups": groups,
        "currency": page_request.currency,
        "by_rule": by_rule,
        "is_stored": "by" not in request.GET,
    }
    return form_page(request, "process/leavers/hand_over.html", form, **context)
