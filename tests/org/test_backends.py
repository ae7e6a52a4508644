from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from org import access
from org.backends import SessionBackend
from org.enums import Role
from org.metrics import Stay
from tests.factories.org import PersonFactory, TeamFactory, TeamMembershipFactory

pytestmark = pytest.mark.django_db

SPRING, SUMMER = date(2020, 3, 1), date(2020, 6, 1)


def read(person):
    return SessionBackend().get_user(person.pk)


def test_person_of_a_session_comes_with_roles_teams_and_facts_in_one_statement(
    sales_team, django_assert_num_queries
):
    roles = sales_team.mia.role_set

    with access.one_request(), django_assert_num_queries(1):
        mia = read(sales_team.mia)
        assert mia == sales_team.mia
        assert mia.role_set == roles
        assert mia.is_manager
        assert access.today() == access.today()
        assert access.organisation_settings().name
    assert (mia.email, mia.password) == (sales_team.mia.email, sales_team.mia.password)


@pytest.mark.parametrize("name", ["ada", "dana", "mia", "max", "rita", "rob"])
def test_led_teams_are_the_same_however_the_person_was_read(sales_team, name):
    person = getattr(sales_team, name)

    assert person.led_stays is None
    assert access.led_team_ids(read(person)) == access.led_team_ids(person)
    assert read(person).led_stays is not None


def test_a_team_is_led_from_the_first_day_of_the_seat_until_its_last():
    lead, team = PersonFactory(roles=[Role.MANAGER]), TeamFactory()
    seats = [(SPRING, SUMMER), (date(2021, 1, 1), None)]
    for since, until in seats:
        TeamMembershipFactory(
            person=lead, team=team, is_lead=True, valid_from=since, valid_to=until
        )
    TeamMembershipFactory(
        person=lead, team=TeamFactory(), valid_from=SUMMER, valid_to=date(2021, 1, 1)
    )

    found = sorted(read(lead).led_stays, key=lambda stay: stay.since)

    assert found == [Stay(team.pk, since, until) for since, until in seats]
    assert [found[0].holds(day) for day in (SPRING, date(2020, 5, 31), SUMMER)] == [
        True,
        True,
        False,
    ]
    assert access.led_team_ids(read(lead)) == {team.pk}


def test_nobody_is_read_who_is_not_there_or_may_not_enter():
    gone = PersonFactory(is_active=False, roles=[Role.ADMIN])

    assert read(gone) is None
    assert SessionBackend().get_user(gone.pk + 1) is None


def test_person_without_role_or_organisation_is_read_all_the_same():
    person = read(PersonFactory(roles=[]))

    assert (person.role_set, person.led_stays) == (frozenset(), ())
    with access.one_request():
        read(person)
        assert access.organisation_settings() == access.OrganisationSettings()


def test_a_role_taken_away_is_gone_on_the_next_request(client, sales_team):
    client.force_login(sales_team.mia, backend="org.backends.SessionBackend")
    assert client.get(reverse("team")).status_code == 200

    sales_team.mia.role_grants.all().delete()

    assert client.get(reverse("team")).status_code != 200
    assert not isinstance(client.get(reverse("home")).wsgi_request.user, AnonymousUser)
