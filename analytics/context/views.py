"""Pages of figures: the form that the address fills, and what is shown of a wrong one."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.context.forms import ScopeForm
from analytics.context.reports import organisation_calendar
from org.http import PersonRequest, View, sellers

Form = TypeVar("Form", bound=ScopeForm)


def asked(request: PersonRequest, form_class: type[Form]) -> Form:
    """Return the form as the address fills it; Http404 for a scope the viewer does not have."""
    form = form_class(
        request.GET, viewer=request.user, calendar=organisation_calendar(), now=timezone.now()
    )
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    return form


def figures_page(
    form_class: type[Form], template: str, *, empty_calendar: int = 200
) -> Callable[[Callable[[PersonRequest, Form], HttpResponseBase]], View]:
    """Make a page for sellers of a view that takes the request and its valid form.

    What is wrong with the address is shown in ``template``, with the status ``empty_calendar``
    where the calendar has no periods.
    """

    def page(view: Callable[[PersonRequest, Form], HttpResponseBase]) -> View:
        @wraps(view)
        def shown(request: PersonRequest) -> HttpResponseBase:
            form = asked(request, form_class)
            if form.is_valid():
                return view(request, form)
            status = 400 if form.calendar.periods else empty_calendar
            return render(request, template, {"form": form}, status=status)

        return require_safe(sellers(shown))

    return page
