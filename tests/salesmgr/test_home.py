import pytest
from django.urls import reverse

from org.enums import Role
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import DealFactory


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ((Role.MANAGER,), "team"),
        ((Role.MANAGER, Role.REP, Role.ADMIN), "team"),
        ((Role.EXECUTIVE,), "team"),
        ((Role.REP,), "me"),
        ((Role.REP, Role.RECRUITER), "me"),
        ((Role.RECRUITER,), "hiring:requisitions"),
        ((Role.ADMIN,), "setup"),
    ],
)
def test_everybody_starts_where_their_role_works(db, sign_in_as, roles, page):
    OrganisationFactory()

    answer = sign_in_as(PersonFactory(roles=roles)).get("/")

    assert (answer.status_code, answer["Location"]) == (302, reverse(page))


def test_an_admin_starts_at_the_dashboard_once_there_are_deals(db, sign_in_as):
    OrganisationFactory()
    DealFactory()

    answer = sign_in_as(PersonFactory(roles=(Role.ADMIN,))).get("/")

    assert answer["Location"] == reverse("team")


def test_somebody_without_a_role_is_told(db, sign_in_as):
    OrganisationFactory()

    assert sign_in_as(PersonFactory()).get("/").status_code == 403
