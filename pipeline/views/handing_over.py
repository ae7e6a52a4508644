"""Giving all open deals of a person to others."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from kit.components import Tab
from kit.forms import add_errors
from org.models.people import Person
from pipeline import rules
from pipeline.forms.handing_over import HandOverForm
from pipeline.reports.handing_over import GIVEN_TO_LABELS, open_deals_by_account
from pipeline.services import handing_over as services
from pipeline.views.visit import form_page, posted, visit_of


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who gets whose deals, and do it."""
    visit = visit_of(request)
    person = get_object_or_404(Person.objects.led_by(visit.viewer), pk=pk)
    if not rules.can_hand_over(visit.viewer, person):
        raise PermissionDenied
    groups = open_deals_by_account(visit.viewer, person)
    rule = request.GET.get("by", "")
    form = HandOverForm(
        posted(request), viewer=visit.viewer, person=person, groups=groups, rule=rule
    )
    if form.is_valid():
        try:
            count = services.hand_over(person, by=visit.viewer, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            deals = "1 deal has" if count == 1 else f"{count} deals have"
            messages.success(request, f"{deals} a new owner.")
            return redirect("pipeline:hand-over", pk=pk)
    by_rule = [
        Tab(label=label, href=f"?by={name}", current=rule == name)
        for name, label in GIVEN_TO_LABELS.items()
    ]
    context = {
        "person": person,
        "groups": groups,
        "currency": visit.currency,
        "by_rule": by_rule,
    }
    return form_page(request, "pipeline/hand_over.html", form, **context)
