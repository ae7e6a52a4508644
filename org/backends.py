"""Sign-in and sessions: who a session's person is, how long it lasts, that nobody signs up."""

import time
from collections.abc import Callable

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from org import access
from org.metrics import Stay
from org.models.people import Person

# Written out, not composed: each request of a signed-in person pays for it.
WITH_STANDING = """
    SELECT person.*,
           ARRAY(SELECT role FROM org_rolegrant WHERE person_id = person.id) AS roles_held,
           (SELECT json_agg(json_build_array(team_id, valid_from, valid_to))
              FROM org_teammembership WHERE person_id = person.id AND is_lead) AS seats_as_lead,
           organisation.name AS organisation_name, organisation.time_zone, organisation.currency
      FROM org_person person LEFT JOIN org_organisation organisation ON true
     WHERE person.id = %s
"""


class SessionBackend(AuthenticationBackend):
    """Signs people in as allauth does, and reads the person of a session with their standing."""

    def get_user(self, user_id: int) -> Person | None:
        """Return the person with roles and led teams, and remember the organisation's facts."""
        person = next(iter(Person.objects.raw(WITH_STANDING, [user_id])), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        person.role_set = frozenset(person.roles_held)
        person.led_stays = tuple(Stay.read(*stay) for stay in person.seats_as_lead or ())
        named = person.organisation_name is not None
        access.remember_settings(
            access.OrganisationSettings(person.organisation_name, person.time_zone, person.currency)
            if named
            else access.OrganisationSettings()
        )
        return person


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the sign-up closed: an admin makes people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


Handler = Callable[[HttpRequest], HttpResponse]
SEEN_KEY, STARTED_KEY = "seen_at", "started_at"
# The session row is written once a minute at most, not on every request.
SEEN_EVERY_SECONDS = 60


class OneRequest:
    """Reads the organisation's facts once for each request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with access.one_request():
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
            timezone.activate(access.organisation_settings().time_zone)
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
