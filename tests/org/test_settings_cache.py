import pytest

from org import settings_cache
from org.services import calendar
from tests.factories.org import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_a_request_reads_the_facts_once(django_assert_num_queries):
    OrganisationFactory(name="Northwind")

    with settings_cache.one_request(), django_assert_num_queries(1):
        assert {settings_cache.organisation_settings().name for _ in range(3)} == {"Northwind"}


def test_the_request_that_changes_them_sees_the_change(sales_team):
    with settings_cache.one_request():
        assert settings_cache.organisation_settings().time_zone == "UTC"
        calendar.configure(by=None, time_zone="Asia/Kathmandu")
        assert settings_cache.organisation_settings().time_zone == "Asia/Kathmandu"


def test_the_next_request_reads_them_anew(sales_team):
    with settings_cache.one_request():
        settings_cache.organisation_settings()
    calendar.configure(by=None, name="Southwind")

    with settings_cache.one_request():
        assert settings_cache.organisation_settings().name == "Southwind"


def test_an_empty_installation_has_defaults():
    assert settings_cache.organisation_settings() == settings_cache.OrganisationSettings(
        "", "UTC", "USD"
    )
