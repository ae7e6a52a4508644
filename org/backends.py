"""How allauth behaves here: nobody signs up, and a session's person is read in one statement."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from org import settings_cache
from org.models.people import Person
from org.stays import Stay

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
        settings_cache.remember(
            settings_cache.OrganisationSettings(
                person.organisation_name, person.time_zone, person.currency
            )
            if named
            else settings_cache.OrganisationSettings()
        )
        return person


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the sign-up closed: an admin makes people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
