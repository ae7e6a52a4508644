"""What a page is when the server fails, and the pattern page: every component in every state."""

import sys

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_safe

from kit import patterns as samples
from kit.databases import RETRY_AFTER, server_away


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that nothing caught: 503 while a server is away or busy, else 500.

    Django calls this while it handles the error, whichever layer raised it.
    """
    if not server_away(sys.exc_info()[1]):
        return defaults.server_error(request)
    headers = {"Retry-After": str(RETRY_AFTER)}
    # Without the request: what a template usually knows of it asks the database.
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Show the components to administrators."""
    if not request.user.is_admin:  # type: ignore[union-attr]
        raise PermissionDenied
    return render(request, "kit/patterns.html", samples.context(request.GET))
