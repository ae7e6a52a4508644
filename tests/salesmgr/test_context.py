import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from kit.markup import icon_names
from org.enums import Role
from salesmgr import context
from tests.factories.org import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


def labels(*roles: Role, address: str = "/") -> list[str]:
    request = RequestFactory().get(address)
    request.user = PersonFactory(roles=roles)
    return [link.label for group in context.navigation(request) for link in group.links]


def test_only_admins_are_shown_the_set_up() -> None:
    assert "Getting started" in labels(Role.ADMIN)
    for role in (Role.REP, Role.MANAGER, Role.RECRUITER, Role.EXECUTIVE):
        assert "Getting started" not in labels(role)


def test_a_recruiter_is_shown_nothing_of_deals() -> None:
    assert labels(Role.RECRUITER) == ["One-on-ones", "Hiring"]
    assert {"Deals", "Accounts", "Forecast"} <= set(labels(Role.RECRUITER, Role.REP))


def test_only_superusers_are_shown_the_patterns() -> None:
    request = RequestFactory().get("/")
    request.user = PersonFactory(roles=[Role.ADMIN], is_superuser=True)
    shown = [link.label for group in context.navigation(request) for link in group.links]

    assert "Patterns" in shown
    assert "Patterns" not in labels(Role.ADMIN)


def test_a_page_that_does_not_exist_is_absent() -> None:
    entries = (
        context.NavigationEntry("Nowhere", "nowhere:page", "x"),
        context.NavigationEntry("Patterns", "patterns", "x"),
    )

    found = context.links("/", entries, PersonFactory())

    assert [link.label for link in found] == ["Patterns"]
    assert context.address("nowhere:page") == ""


@pytest.mark.parametrize(
    ("address", "current"),
    [("/patterns/", True), ("/patterns/x/", True), ("/pattern", False), ("/", False)],
)
def test_the_open_page_is_marked(address: str, *, current: bool) -> None:
    entries = (context.NavigationEntry("Patterns", "patterns", "x"),)

    (link,) = context.links(address, entries, PersonFactory())

    assert link.current is current


def test_every_icon_of_the_navigation_is_in_the_sprite() -> None:
    assert {entry.icon for _, entries in context.GROUPS for entry in entries} <= icon_names()


def test_nobody_signed_in_has_no_navigation() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert context.navigation(request) == []


def test_name_is_read_once_and_only_where_it_is_shown(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    OrganisationFactory(name="Northwind")

    with django_assert_num_queries(0):
        shell = context.shell(RequestFactory().get("/"))
    with django_assert_num_queries(1):
        assert [str(shell["organisation_name"]) for _ in range(2)] == ["Northwind", "Northwind"]


def test_installation_without_an_organisation_has_the_product_name() -> None:
    assert context.organisation_name() == "salesmgr"
