import uuid
from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hiring import rules, services
from hiring.models import Application, Candidate, Requisition
from org import private
from org.models.people import Person, RoleGrant
from tests.worlds import SalesTeam

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def candidate(sales_team: SalesTeam) -> Candidate:
    requisition = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
        interviewers=[sales_team.ron],
    )
    return services.add_candidate(
        requisition, by=sales_team.rex, full_name="Nora New", submission=uuid.uuid4(), at=AT
    ).candidate


def names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT full_name FROM hiring_candidate")
        return [name for (name,) in cursor.fetchall()]


def test_the_database_shows_a_candidate_to_the_requisitions_people_alone(
    sales_team: SalesTeam, candidate: Candidate
) -> None:
    seen = {}
    for name in ("rex", "mia", "ron", "rita", "dana", "max", "ada", "eve", "stan"):
        with private.reading_as(getattr(sales_team, name)):
            seen[name] = names()

    assert names() == []
    assert {name for name, found in seen.items() if found == ["Nora New"]} == {"rex", "mia", "ron"}
    assert [found for name, found in seen.items() if found] == [["Nora New"]] * 3


def test_a_query_of_nobodys_changes_and_deletes_nothing(
    sales_team: SalesTeam, candidate: Candidate
) -> None:
    changed = Candidate.objects.update(full_name="Changed")
    with private.reading_as(sales_team.ada), connection.cursor() as cursor:
        cursor.execute("DELETE FROM hiring_candidate")
        deleted = cursor.rowcount

    assert (changed, deleted) == (0, 0)
    with private.reading_as(sales_team.mia):
        assert names() == ["Nora New"]


def test_nobody_in_particular_cannot_add_a_candidate(sales_team: SalesTeam) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Candidate.objects.create(full_name="Forged")


def test_a_candidate_of_no_requisition_does_not_outlive_its_transaction(
    sales_team: SalesTeam,
) -> None:
    with transaction.atomic():
        with private.reading_as(sales_team.rex), connection.cursor() as cursor:
            Candidate.objects.create(full_name="Nobody's")
            with pytest.raises(IntegrityError, match="no requisition"), transaction.atomic():
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_a_door_inside_a_door_leaves_the_outer_one_open(
    sales_team: SalesTeam, candidate: Candidate
) -> None:
    with private.reading_as(sales_team.mia):
        with private.reading_as(sales_team.stan):
            assert names() == []
        assert names() == ["Nora New"]
    assert names() == []


ROLES = ("recruiter", "manager", "rep")
STANDINGS = [
    (is_active, {role for role, held in zip(ROLES, holds, strict=True) if held})
    for is_active in (True, False)
    for holds in product((True, False), repeat=3)
]


@pytest.mark.parametrize("name", ["rex", "mia", "ron", "ada", "max"])
def test_the_database_judges_everybody_as_the_rules_do(
    sales_team: SalesTeam, candidate: Candidate, name: str
) -> None:
    requisition = Requisition.objects.get()
    pk, readers, writers = getattr(sales_team, name).pk, [], []
    for is_active, roles in STANDINGS:
        Person.objects.filter(pk=pk).update(is_active=is_active)
        RoleGrant.objects.filter(person=pk).delete()
        RoleGrant.objects.bulk_create(RoleGrant(person_id=pk, role=role) for role in roles)
        person = Person.objects.get(pk=pk)
        with private.reading_as(person):
            shown = bool(names())
            changed = Candidate.objects.update(phone="1")

        assert shown == rules.sees_candidates(person, requisition), (is_active, roles)
        assert changed == rules.can_handle_candidates(person, requisition), (is_active, roles)
        assert shown == Application.objects.visible_to(person).exists(), (is_active, roles)
        readers += [(is_active, roles)] if shown else []
        writers += [(is_active, roles)] if changed else []

    here = [standing for standing in STANDINGS if standing[0]]
    role = {"rex": "recruiter", "mia": "manager"}.get(name)
    assert writers == [standing for standing in here if role in standing[1]]
    assert readers == ([s for s in here if s[1]] if name == "ron" else writers)
