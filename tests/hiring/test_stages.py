import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from hiring import reports, services
from hiring.models import Application, HiringStage
from org.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def application(sales_team):
    requisition = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    return services.add_candidate(
        requisition, by=sales_team.rex, full_name="Nora New", submission=uuid.uuid4(), at=AT
    )


def stage(name):
    return HiringStage.objects.get(name=name)


def move(application, to, by):
    return services.move_application(application, by=by, to=stage(to), version=application.version)


def test_a_stage_is_made_and_stands_in_its_place(client, sales_team, application):
    client.force_login(sales_team.ada, backend=BACKEND)
    body = {"name": " Case study ", "kind": "open", "order": 25}

    assert client.post(reverse("hiring:stage-new"), body).status_code == 302

    board = reports.board(sales_team.rex, application.requisition).columns
    names = [column.stage.name for column in board]
    assert names[:4] == ["Applied", "Screen", "Case study", "Interview"]
    entry = AuditEntry.objects.get(action="hiring_stage.create")
    assert entry.changes["name"] == [None, "Case study"]


@pytest.mark.parametrize("name", ["", "  ", "screen"])
def test_a_stage_has_a_name_of_its_own(client, sales_team, name):
    client.force_login(sales_team.rex, backend=BACKEND)

    answer = client.post(reverse("hiring:stage-new"), {"name": name, "kind": "open", "order": 1})

    assert answer.status_code == 400
    assert HiringStage.objects.count() == 7


def test_a_stage_is_renamed_and_moved_to_another_place(sales_team):
    services.edit_stage(stage("Screen"), by=sales_team.rex, changes={"name": "Call", "order": 35})

    listed = [row.name for row in reports.stages(sales_team.rex)]
    assert listed[:4] == ["Applied", "Interview", "Call", "Offer"]
    entry = AuditEntry.objects.get(action="hiring_stage.edit")
    assert entry.changes == {"name": ["Screen", "Call"], "order": [20, 35]}


def test_a_stage_with_candidates_in_it_stays(client, sales_team, application):
    client.force_login(sales_team.ada, backend=BACKEND)
    address = reverse("hiring:stage-archive", args=[stage("Applied").pk])

    answer = client.post(address)

    assert answer.status_code == 400
    assert "Candidates stand in this stage: 1. Move them to another one first." in answer.text
    assert stage("Applied").archived_at is None
    with pytest.raises(IntegrityError, match="stays in use"), transaction.atomic():
        HiringStage.objects.filter(name="Applied").update(archived_at=AT)


def test_an_empty_stage_goes_out_of_use_and_comes_back(client, sales_team, application):
    move(application, "Screen", sales_team.rex)
    client.force_login(sales_team.rex, backend=BACKEND)
    address = reverse("hiring:stage-archive", args=[stage("Applied").pk])

    client.post(address)

    assert stage("Applied").archived_at is not None
    board = reports.board(sales_team.rex, application.requisition).columns
    assert (board[0].stage.name, board[0].count, board[0].reached) == ("Applied", 0, 1)
    page = client.get(application.candidate.get_absolute_url()).text
    assert ">Interview</option>" in page
    assert ">Applied</option>" not in page
    answer = client.post(
        reverse("hiring:move", args=[application.pk]),
        {"to": stage("Applied").pk, "version": application.version},
    )
    assert answer.status_code == 400
    assert Application.objects.get().stage.name == "Screen"

    client.post(address)
    assert stage("Applied").archived_at is None
    log = AuditEntry.objects.filter(subject_type="hiring.hiringstage").order_by("pk")
    assert [entry.action for entry in log] == ["hiring_stage.archive", "hiring_stage.restore"]


def test_a_stage_out_of_use_that_nobody_was_in_is_on_no_board(sales_team, application):
    services.archive_stage(stage("Offer"), by=sales_team.ada, at=AT)

    board = reports.board(sales_team.rex, application.requisition).columns
    assert "Offer" not in [column.stage.name for column in board]
    assert "Offer" in [row.name for row in reports.stages(sales_team.ada)]


def test_nobody_gets_into_a_stage_out_of_use(sales_team, application):
    services.archive_stage(stage("Offer"), by=sales_team.ada, at=AT)

    with pytest.raises(ValidationError, match="out of use"):
        move(application, "Offer", sales_team.rex)
    with (
        pytest.raises(IntegrityError, match="is out of use"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE hiring_application SET stage_id = %s", [stage("Offer").pk])
    # What the page had read as in use, archived a moment later.
    before = stage("Screen")
    HiringStage.objects.filter(pk=before.pk).update(archived_at=AT)
    with pytest.raises(ValidationError, match="out of use by now"):
        services.move_application(application, by=sales_team.rex, to=before, version=1)


def test_who_is_added_stands_in_the_first_stage_in_use(sales_team, application):
    move(application, "Screen", sales_team.rex)
    services.archive_stage(stage("Applied"), by=sales_team.ada, at=AT)

    added = services.add_candidate(
        application.requisition,
        by=sales_team.rex,
        full_name="Nick",
        submission=uuid.uuid4(),
        at=AT,
    )

    assert added.stage.name == "Screen"


def test_an_archived_candidate_does_not_hold_a_stage(sales_team, application):
    services.archive_candidate(application.candidate, by=sales_team.rex, at=AT)
    services.archive_stage(stage("Applied"), by=sales_team.ada, at=AT)

    services.restore_candidate(application.candidate, by=sales_team.rex)

    board = reports.board(sales_team.rex, application.requisition).columns
    assert (board[0].stage.name, board[0].count) == ("Applied", 1)
    moved = move(Application.objects.get(), "Screen", sales_team.rex)
    assert moved.stage.name == "Screen"


def test_the_last_stage_of_a_kind_stays(sales_team):
    for name in ("Applied", "Screen", "Interview"):
        services.archive_stage(stage(name), by=sales_team.ada, at=AT)

    for name in ("Offer", "Hired"):
        with pytest.raises(ValidationError, match="last stage of the kind"):
            services.archive_stage(stage(name), by=sales_team.ada, at=AT)


def test_the_kind_of_a_stage_stays_once_somebody_stood_in_it(sales_team, application):
    move(application, "Screen", sales_team.rex)

    with pytest.raises(ValidationError, match="have stood in this stage"):
        services.edit_stage(stage("Applied"), by=sales_team.ada, changes={"kind": "hired"})
    services.edit_stage(stage("Offer"), by=sales_team.ada, changes={"kind": "withdrawn"})

    assert (stage("Applied").kind, stage("Offer").kind) == ("open", "withdrawn")


@pytest.mark.parametrize("name", ["mia", "rita", "eve", "dana"])
def test_others_set_up_no_stage(sales_team, name):
    by, found = getattr(sales_team, name), stage("Offer")
    deeds = [
        lambda: services.create_stage(by=by, name="Task", kind="open", order=1),
        lambda: services.edit_stage(found, by=by, changes={"name": "Task"}),
        lambda: services.archive_stage(found, by=by, at=AT),
        lambda: services.restore_stage(found, by=by),
    ]

    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    client, sales_team, application, django_assert_num_queries, count
):
    HiringStage.objects.exclude(pk=application.stage_id).delete()
    for n in range(count - 1):
        HiringStage.objects.create(name=f"Step {n}", order=n)
    client.force_login(sales_team.rex, backend=BACKEND)
    client.get("/hiring/")

    with django_assert_num_queries(3):
        response = client.get(reverse("hiring:stages"))

    assert response.text.count("In use") == count
