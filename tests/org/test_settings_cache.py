import pytest

from org import access
from org.services import calendar
from tests.factories.org import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_a_request_reads_the_facts_once(django_assert_num_queries):
    OrganisationFactory(name="Northwind")

    with access.one_request(), django_assert_num_queries(1):
        assert {access.organisation_settings().name for _ in range(3)} == {"Northwind"}


def test_the_request_that_changes_them_sees_the_change(sales_team):
    with access.one_request():
        assert access.organisation_settings().time_zone == "UTC"
        calendar.configure(by=None, time_zone="Asia/Kathmandu")
        assert access.organisation_settings().time_zone == "Asia/Kathmandu"


def test_the_next_request_reads_them_anew(sales_team):
    with access.one_request():
        access.organisation_settings()
    calendar.configure(by=None, name="Southwind")

    with access.one_request():
        assert access.organisation_settings().name == "Southwind"


def test_an_empty_installation_has_defaults():
    assert access.organisation_settings() == access.OrganisationSettings("", "UTC", "USD")
