import pytest

from org import facts
from org.services import calendar
from tests.factories.org import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_a_request_reads_the_facts_once(django_assert_num_queries):
    OrganisationFactory(name="Northwind")

    with facts.one_request(), django_assert_num_queries(1):
        assert {facts.organisation_facts().name for _ in range(3)} == {"Northwind"}


def test_the_request_that_changes_them_sees_the_change(sales_team):
    with facts.one_request():
        assert facts.organisation_facts().time_zone == "UTC"
        calendar.configure(by=None, time_zone="Asia/Kathmandu")
        assert facts.organisation_facts().time_zone == "Asia/Kathmandu"


def test_the_next_request_reads_them_anew(sales_team):
    with facts.one_request():
        facts.organisation_facts()
    calendar.configure(by=None, name="Southwind")

    with facts.one_request():
        assert facts.organisation_facts().name == "Southwind"


def test_an_empty_installation_has_defaults():
    assert facts.organisation_facts() == facts.Facts("", "UTC", "USD")
