"""Limits of a session, and the rule that a signed-in page is never stored."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from org import settings_cache

Handler = Callable[[HttpRequest], HttpResponse]
SEEN_KEY, STARTED_KEY = "seen_at", "started_at"
# The session row is written once a minute at most, not on every request.
SEEN_EVERY_SECONDS = 60


class OneRequest:
    """Reads the organisation's facts once for each request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with settings_cache.one_request():
            return self.get_response(request)


class SessionLimits:
    """Ends a session that has been idle too long, or has lasted too long however busy it was.

    A deactivated person has none: allauth's backend refuses to load them, so the request below
    is already anonymous.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(SEEN_KEY, now)
            # Django moves the end of a session at every save, so its start is kept here.
            started = request.session.setdefault(STARTED_KEY, now)
            too_idle = now - seen > settings.SESSION_IDLE_SECONDS
            if too_idle or now - started > settings.SESSION_COOKIE_AGE:
                logout(request)
            elif SEEN_KEY not in request.session or now - seen >= SEEN_EVERY_SECONDS:
                request.session[SEEN_KEY] = now
        return self.get_response(request)


class OrganisationTime:
    """Shows a signed-in request every time in the organisation's zone.

    Nobody else sees a time, and a health check must not ask the database.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            # Not taken back afterwards: a download is still being written when this function
            # has returned, and the next request sets its own.
            timezone.activate(settings_cache.organisation_settings().time_zone)
        else:
            timezone.deactivate()
        return self.get_response(request)


class NoStore:
    """Keeps what a signed-in person saw out of every cache, the browser's own included."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
