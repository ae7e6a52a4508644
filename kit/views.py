"""The pattern page: every component in every state, to look at and to test in a browser."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kit import patterns as samples


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Show the components to administrators."""
    if not request.user.is_admin:  # type: ignore[union-attr]
        raise PermissionDenied
    return render(request, "kit/patterns.html", samples.context(request.GET))
