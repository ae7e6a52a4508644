"""The named worlds of the tests, and the database that each test gets, a pytest plugin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from org.enums import Role
from org.models.calendar import Organisation
from org.models.people import Person
from org.models.teams import Team
from tests.databases import Databases
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)

Made = TypeVar("Made")
_DATABASES = pytest.StashKey[Databases]()


def world(build: Callable[[], Made]) -> Any:
    """Return a fixture of what ``build`` makes, which each worker makes once a day.

    Its rows are in a database of their own; a test gets a copy of the objects, and may do with
    rows and objects what it likes. A test has one world at most.
    """

    def made(request: pytest.FixtureRequest, db: None) -> Made:
        return request.config.stash[_DATABASES].world()

    made.build = build
    return pytest.fixture(made)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give this worker databases of its own, in place of the one that every migration makes."""
    databases = request.config.stash[_DATABASES] = Databases()
    with django_db_blocker.unblock():
        databases.create()
    with pytest.MonkeyPatch.context() as patch:
        # The database of a test that commits is thrown away, so nothing needs to be emptied.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: None)
        yield
    with django_db_blocker.unblock():
        databases.drop()


@pytest.fixture(scope="session")
def no_connections(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Close what is open, for a fixture that begins an event loop in this thread.

    Django keeps other connections where a loop runs: those from before it would stay open, out of
    reach, and PostgreSQL clones no database that is in use.
    """
    with django_db_blocker.unblock():
        request.config.stash[_DATABASES].leave()


@pytest.fixture(scope="module")
def empty_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let the fixtures of a module use the database without rows before its tests begin."""
    with django_db_blocker.unblock():
        request.config.stash[_DATABASES].begin(None, commits=False)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[Any]:
    """Before a test's transaction begins, turn to the database that the test needs."""
    if fixturedef.argname == "_django_db_helper":
        request.getfixturevalue("django_db_setup")
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            request.config.stash[_DATABASES].begin(_world_of(request), commits=_commits(request))
    return (yield)


def _world_of(request: pytest.FixtureRequest) -> Callable[[], Any] | None:
    fixtures = request.node._fixtureinfo.name2fixturedefs.values()
    found = {builder for *_, last in fixtures if (builder := getattr(last.func, "build", None))}
    assert len(found) < 2, f"a test has one world, and not {found}"
    return found.pop() if found else None


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(request.fixturenames)
    return bool(asked) or bool(marker and marker.kwargs.get("transaction"))


@dataclass(frozen=True)
class SalesTeam:
    """Dana directs two teams: Mia leads Rita and Ron in North, Max leads Rob and Rae in South.

    Fay moved yesterday from Mia to Max, Flo moves tomorrow from Max to Mia. Ada administers,
    Eve is an executive, Rex recruits, Stan sells and reports to nobody. Gus has left, and so did
    Lou, from North and Mia.
    """

    organisation: Organisation
    dana: Person
    mia: Person
    max: Person
    rita: Person
    ron: Person
    rob: Person
    rae: Person
    fay: Person
    flo: Person
    ada: Person
    eve: Person
    rex: Person
    stan: Person
    gus: Person
    lou: Person
    sales: Team
    north: Team
    south: Team


def _person(name: str, *roles: Role, **fields: object) -> Person:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    return PersonFactory(full_name=name, email=email, roles=roles, **fields)


def _place(
    person: Person, team: Team, manager: Person, *, since: date, until: date | None = None
) -> None:
    ReportingLineFactory(person=person, manager=manager, valid_from=since, valid_to=until)
    TeamMembershipFactory(person=person, team=team, valid_from=since, valid_to=until)


def build_sales_team(today: date) -> SalesTeam:
    """Write the world of SalesTeam, with moves around ``today``."""
    long_ago, yesterday, tomorrow = (
        date(2020, 1, 1),
        today - timedelta(days=1),
        today + timedelta(days=1),
    )
    people = {
        "dana": _person("Dana Director", Role.MANAGER),
        "mia": _person("Mia Manager", Role.MANAGER, Role.REP),
        "max": _person("Max Manager", Role.MANAGER),
        "rita": _person("Rita Rep", Role.REP),
        "ron": _person("Ron Rep", Role.REP),
        "rob": _person("Rob Rep", Role.REP),
        "rae": _person("Rae Rep", Role.REP),
        "fay": _person("Fay Former", Role.REP),
        "flo": _person("Flo Future", Role.REP),
        "ada": _person("Ada Admin", Role.ADMIN),
        "eve": _person("Eve Executive", Role.EXECUTIVE),
        "rex": _person("Rex Recruiter", Role.RECRUITER),
        "stan": _person("Stan Stranger", Role.REP),
        "gus": _person("Gus Gone", Role.REP, is_active=False, left_on=yesterday),
        "lou": _person("Lou Leaver", Role.REP, is_active=False, left_on=yesterday),
    }
    sales = TeamFactory(name="Sales")
    north, south = TeamFactory(name="North", parent=sales), TeamFactory(name="South", parent=sales)
    mia, max_ = people["mia"], people["max"]
    TeamMembershipFactory(person=people["dana"], team=sales, is_lead=True)
    for manager, team in ((mia, north), (max_, south)):
        ReportingLineFactory(person=manager, manager=people["dana"])
        TeamMembershipFactory(person=manager, team=team, is_lead=True)
    for name, team, manager in (
        ("rita", north, mia),
        ("ron", north, mia),
        ("rob", south, max_),
        ("rae", south, max_),
    ):
        _place(people[name], team, manager, since=long_ago)
    _place(people["fay"], north, mia, since=long_ago, until=yesterday)
    _place(people["fay"], south, max_, since=yesterday)
    _place(people["lou"], north, mia, since=long_ago, until=yesterday)
    _place(people["flo"], south, max_, since=long_ago, until=tomorrow)
    _place(people["flo"], north, mia, since=tomorrow)
    return SalesTeam(
        organisation=OrganisationFactory(), sales=sales, north=north, south=south, **people
    )


def sales_team_of_today() -> SalesTeam:
    from org import access

    return build_sales_team(access.today())


sales_team = world(sales_team_of_today)
