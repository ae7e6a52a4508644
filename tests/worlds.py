"""The named worlds of the tests, a pytest plugin."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from org.enums import Role
from org.models.calendar import Organisation
from org.models.people import Person
from org.models.teams import Team
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)


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


@pytest.fixture
def sales_team(db: None) -> SalesTeam:
    from org import access

    return build_sales_team(access.today())
