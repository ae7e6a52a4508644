import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from hiring import reports, rules, services
from hiring.enums import RequisitionState
from hiring.models import Application, Candidate, HiringStage, Requisition
from org import access, private
from org.models.audit import AuditEntry
from org.models.people import Person, RoleGrant
from org.services import people
from tests.factories.org import PersonFactory

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def requisition(sales_team):
    found = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    services.add_candidate(
        found, by=sales_team.rex, full_name="Nora New", submission=uuid.uuid4(), at=AT
    )
    return found


@pytest.fixture
def rosa(sales_team):
    return PersonFactory(full_name="Rosa Recruiter", roles=["recruiter"])


def leave(person, successor=None):
    people.deactivate(person, by=None, on=access.today(), successor=successor)


def demote(person):
    RoleGrant.objects.filter(person=person).delete()
    RoleGrant.objects.create(person=person, role="rep")


def again(person):
    return Person.objects.get(pk=person.pk)


@pytest.mark.parametrize("go", [leave, demote])
def test_another_recruiter_takes_over_from_one_who_is_none_any_more(
    client, sales_team, requisition, rosa, go
):
    client.force_login(rosa, backend=BACKEND)
    before = client.get(requisition.get_absolute_url()).text
    go(sales_team.rex)

    page = client.get(requisition.get_absolute_url()).text
    answer = client.post(reverse("hiring:take-over", args=[requisition.pk]))

    assert "Take it over" not in before
    assert "Change the state" not in before
    assert "Take it over" in page
    assert "Change the state" in page
    assert "No longer a recruiter here" in page
    assert "Nora New" not in page
    assert answer.status_code == 302
    assert Requisition.objects.get().recruiter == rosa
    assert "Nora New" in client.get(requisition.get_absolute_url()).text
    entry = AuditEntry.objects.get(action="requisition.take_over")
    assert (entry.actor, entry.changes) == (
        rosa,
        {"recruiter": ["Rex Recruiter", "Rosa Recruiter"]},
    )


def test_whoever_comes_second_is_told_who_has_it(client, sales_team, requisition, rosa):
    client.force_login(rosa, backend=BACKEND)

    answer = client.post(reverse("hiring:take-over", args=[requisition.pk]), follow=True)

    assert "Rex Recruiter recruits for it already." in answer.text
    assert Requisition.objects.get().recruiter == sales_team.rex
    assert not AuditEntry.objects.filter(action="requisition.take_over").exists()


def test_when_both_have_left_a_recruiter_takes_over_and_names_a_manager(
    sales_team, requisition, rosa
):
    leave(sales_team.rex)
    leave(sales_team.mia, successor=sales_team.dana)

    taken = services.take_over(requisition, by=rosa)
    named = services.name_hiring_manager(taken, by=rosa, hiring_manager=sales_team.max)

    assert (named.recruiter, named.hiring_manager) == (rosa, sales_team.max)
    application = Application.objects.get()
    moved = services.move_application(
        application,
        by=sales_team.max,
        to=HiringStage.objects.get(name="Screen"),
        version=application.version,
    )
    services.erase_candidate(moved.candidate, by=rosa, at=AT)
    with private.reading_as(rosa):
        assert Candidate.objects.get().erased_at == AT


def test_an_admin_names_a_manager_and_reads_no_name(client, sales_team, requisition):
    leave(sales_team.rex)
    leave(sales_team.mia, successor=sales_team.dana)
    RoleGrant.objects.create(person=sales_team.ada, role="manager")
    client.force_login(sales_team.ada, backend=BACKEND)
    address = reverse("hiring:hiring-manager", args=[requisition.pk])

    page = client.get(requisition.get_absolute_url()).text
    own = client.post(address, {"hiring_manager": sales_team.ada.pk})
    other = client.post(address, {"hiring_manager": sales_team.max.pk}, follow=True)

    assert "Hand over" in page
    assert "Change the state" not in page
    assert "Nora New" not in page + other.text
    assert own.status_code == 400
    assert "Max Manager is the hiring manager now." in other.text
    assert Requisition.objects.get().hiring_manager == sales_team.max
    entry = AuditEntry.objects.get(action="requisition.hiring_manager")
    assert entry.changes == {"hiring_manager": ["Mia Manager", "Max Manager"]}
    with pytest.raises(ValidationError, match="may name"):
        services.name_hiring_manager(
            requisition, by=again(sales_team.ada), hiring_manager=sales_team.ada
        )


def test_a_hiring_manager_gives_away_what_they_no_longer_see(client, sales_team):
    requisition = services.open_requisition(
        by=sales_team.dana,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.dana,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    client.force_login(sales_team.dana, backend=BACKEND)
    address = reverse("hiring:hiring-manager", args=[requisition.pk])

    answer = client.post(address, {"hiring_manager": sales_team.mia.pk}, follow=True)

    assert answer.status_code == 200
    assert Requisition.objects.get().hiring_manager == sales_team.mia


def test_neither_a_rep_nor_a_stranger_is_made_hiring_manager(sales_team, requisition):
    for by, manager in (
        (sales_team.rex, sales_team.rita),
        (sales_team.mia, sales_team.max),
    ):
        with pytest.raises(ValidationError, match="may name"):
            services.name_hiring_manager(requisition, by=by, hiring_manager=manager)
    with pytest.raises(PermissionDenied):
        services.name_hiring_manager(
            requisition, by=sales_team.dana, hiring_manager=sales_team.dana
        )

    assert Requisition.objects.get().hiring_manager == sales_team.mia


@pytest.mark.parametrize("name", ["rex", "mia"])
def test_who_lost_the_role_neither_reads_adds_moves_nor_erases(
    client, sales_team, requisition, name
):
    person = getattr(sales_team, name)
    application = Application.objects.get()
    client.force_login(person, backend=BACKEND)
    assert client.get(f"/hiring/candidates/{application.candidate_id}/").status_code == 200
    demote(person)
    person = again(person)

    assert client.get(f"/hiring/candidates/{application.candidate_id}/").status_code == 404
    candidate = Candidate(pk=application.candidate_id)
    deeds = [
        lambda: services.add_candidate(
            requisition, by=person, full_name="N", submission=uuid.uuid4(), at=AT
        ),
        lambda: services.move_application(
            application, by=person, to=HiringStage.objects.get(name="Offer"), version=1
        ),
        lambda: services.erase_candidate(candidate, by=person, at=AT),
        lambda: services.change_requisition(
            requisition, by=person, state=RequisitionState.CLOSED, reason="x", version=1
        ),
    ]
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()


def test_the_list_names_what_a_requisition_lacks_as_the_rules_do(sales_team, requisition, rosa):
    def lacks():
        (row,) = reports.requisitions(sales_team.ada)
        found = Requisition.objects.get()
        assert ("recruiter" in row.lacks) == (not rules.has_recruiter(found))
        assert ("hiring manager" in row.lacks) == (not rules.has_hiring_manager(found))
        return row.lacks

    assert lacks() == []
    leave(sales_team.rex)
    assert lacks() == ["recruiter"]
    demote(sales_team.mia)
    assert lacks() == ["recruiter", "hiring manager"]
    services.take_over(requisition, by=rosa)
    assert lacks() == ["hiring manager"]
