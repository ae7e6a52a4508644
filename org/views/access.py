"""Who may open org's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase

from org import rules
from org.http import PersonRequest

View = Callable[..., HttpResponseBase]


def admins_only(view: View) -> View:
    """Answer 403 to everybody but admins."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if not rules.can_administer(request.user):
            raise PermissionDenied("Only an admin may open this page.")
        return view(request, *args, **options)

    return guarded
