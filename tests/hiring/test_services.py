import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from hiring import reports, services
from hiring.enums import RequisitionState
from hiring.models import (
    ERASED,
    FOREVER,
    Application,
    Candidate,
    HiringStage,
    Requisition,
    StageStay,
)
from org import private
from org.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def stage(name):
    return HiringStage.objects.get(name=name)


@pytest.fixture
def requisition(sales_team):
    return services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )


def add(requisition, name="Nora New", submission=None):
    return services.add_candidate(
        requisition,
        by=requisition.recruiter,
        full_name=name,
        email="nora@example.com",
        notes="Speaks Dutch",
        submission=submission or uuid.uuid4(),
        at=AT,
    )


def move(application, to, by, version=None):
    return services.move_application(
        application, by=by, to=stage(to), version=version or application.version
    )


def test_every_stage_leaves_its_stay_without_gap(sales_team, requisition):
    application = add(requisition)
    move(application, "Screen", sales_team.rex)
    move(application, "Rejected", sales_team.mia)

    stays = list(application.stays.order_by("valid_from"))

    assert [stay.stage.name for stay in stays] == ["Applied", "Screen", "Rejected"]
    assert stays[0].valid_from == AT
    assert [stay.valid_to for stay in stays[:-1]] == [stay.valid_from for stay in stays[1:]]
    assert stays[-1].valid_to == FOREVER
    assert stays[-1].changed_by == sales_team.mia


def test_plain_sql_leaves_history_too(requisition):
    application = add(requisition)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE hiring_application SET stage_id = %s", [stage("Offer").pk])

    assert application.stays.count() == 2


def test_nobody_writes_history_by_hand(requisition):
    add(requisition)

    with pytest.raises(IntegrityError, match="by the database alone"), transaction.atomic():
        StageStay.objects.update(valid_from=AT)


def test_the_board_counts_who_ever_stood_in_a_stage(sales_team, requisition):
    first, second = add(requisition), add(requisition, name="Nick")
    move(first, "Interview", sales_team.rex)
    move(first, "Rejected", sales_team.rex)
    move(second, "Interview", sales_team.rex)

    board = {
        column.stage.name: column for column in reports.board(sales_team.rex, requisition).columns
    }

    assert (board["Interview"].count, board["Interview"].reached) == (1, 2)
    assert (board["Applied"].count, board["Applied"].reached) == (0, 2)
    assert [one.candidate.full_name for one in board["Interview"].applications] == ["Nick"]


def test_others_see_counts_and_no_names(sales_team, requisition):
    add(requisition)

    board = reports.board(sales_team.ada, requisition).columns

    assert (board[0].count, board[0].applications) == (1, [])


def test_a_move_on_an_old_page_is_refused(sales_team, requisition):
    application = add(requisition)
    move(application, "Screen", sales_team.rex, version=1)

    with pytest.raises(services.EditConflictError):
        move(Application.objects.get(), "Hired", sales_team.mia, version=1)

    assert Application.objects.get().stage.name == "Screen"


def test_a_double_click_is_one_candidate(sales_team, requisition):
    once = uuid.uuid4()

    assert add(requisition, submission=once) == add(requisition, submission=once)
    with private.reading_as(sales_team.rex):
        assert Candidate.objects.count() == 1


def test_nobody_is_added_to_a_requisition_that_is_not_open(sales_team, requisition):
    services.change_requisition(
        requisition, by=sales_team.mia, state=RequisitionState.ON_HOLD, reason="Budget", version=1
    )

    with pytest.raises(ValidationError, match="not open"):
        add(requisition)


def test_of_two_who_change_the_state_the_second_is_told(client, sales_team, requisition):
    address = reverse("hiring:requisition-state", args=[requisition.pk])
    seen = {"version": requisition.version}
    client.force_login(sales_team.rex, backend=BACKEND)
    assert client.post(address, seen | {"state": "filled", "reason": "Done"}).status_code == 302

    client.force_login(sales_team.mia, backend=BACKEND)
    answer = client.post(address, seen | {"state": "on_hold", "reason": "Budget"})

    assert answer.status_code == 409
    assert "it is now filled" in answer.text
    requisition.refresh_from_db()
    assert (requisition.state, requisition.version) == (RequisitionState.FILLED, 2)
    assert [row.reason for row in AuditEntry.objects.filter(action="requisition.state")] == ["Done"]
    again = {"version": 2, "state": "on_hold", "reason": "Budget"}
    assert client.post(address, again).status_code == 302


def test_erasing_leaves_no_trace_of_who_it_was(sales_team, requisition):
    application = add(requisition)
    move(application, "Screen", sales_team.rex)

    services.erase_candidate(application.candidate, by=sales_team.rex, at=AT)

    with private.reading_as(sales_team.rex), connection.cursor() as cursor:
        candidate = Candidate.objects.get()
        assert (candidate.full_name, candidate.email, candidate.notes) == (ERASED, "", "")
        tables = connection.introspection.table_names(cursor)
        for word in ("Nora", "nora@", "Dutch"):
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}' FROM \"{table}\" t WHERE t::text LIKE %s" for table in tables
                ),
                [f"%{word}%"] * len(tables),
            )
            assert cursor.fetchall() == []
    assert reports.board(sales_team.rex, requisition).columns[1].reached == 1


def test_interviewers_read_and_do_not_move(sales_team, requisition):
    services.name_interviewers(requisition, by=sales_team.mia, interviewers=[sales_team.ron])
    application = add(requisition)

    with private.reading_as(sales_team.ron):
        assert Candidate.objects.visible_to(sales_team.ron).get() == application.candidate
    with pytest.raises(PermissionDenied):
        move(application, "Hired", sales_team.ron)


def test_who_interviews_no_more_reads_no_more(sales_team, requisition):
    add(requisition)
    services.name_interviewers(requisition, by=sales_team.mia, interviewers=[sales_team.ron])
    services.name_interviewers(requisition, by=sales_team.mia, interviewers=[])

    with private.reading_as(sales_team.ron):
        assert not Candidate.objects.exists()


def test_a_manager_names_no_stranger_as_hiring_manager(sales_team):
    with pytest.raises(ValidationError, match="below you"):
        services.open_requisition(
            by=sales_team.mia,
            title="Rep",
            team=sales_team.south,
            hiring_manager=sales_team.max,
            heads=1,
            opened_on=date(2026, 1, 5),
        )


def test_the_first_recruiter_has_a_requisition(sales_team, requisition):
    Requisition.objects.update(recruiter=None)
    requisition.refresh_from_db()
    taken = services.take_over(requisition, by=sales_team.rex)

    assert taken.recruiter == sales_team.rex
    assert AuditEntry.objects.filter(action="requisition.take_over").count() == 1
    services.take_over(requisition, by=sales_team.rex)
    assert AuditEntry.objects.filter(action="requisition.take_over").count() == 1


def test_the_audit_log_names_no_candidate(sales_team, requisition):
    application = add(requisition)
    move(application, "Screen", sales_team.rex)

    about = AuditEntry.objects.filter(subject_type="hiring.candidate")
    assert about.count() == 2
    assert not any("Nora" in f"{entry.subject_label} {entry.changes}" for entry in about)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_as_much_for_three_as_for_one(
    client, sales_team, requisition, django_assert_num_queries, count
):
    for n in range(count):
        application = add(requisition, name=f"Candidate {n}")
        move(application, "Screen", sales_team.rex)
    client.force_login(sales_team.rex, backend="org.backends.SessionBackend")
    client.get("/hiring/")

    with django_assert_num_queries(3):
        assert client.get("/hiring/").status_code == 200
    with django_assert_num_queries(15):
        response = client.get(requisition.get_absolute_url())

    assert f"Candidate {count - 1}" in response.content.decode()


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_what_is_set_to_what_it_is_already_is_not_logged(sales_team, requisition):
    services.edit_requisition(
        requisition, by=sales_team.mia, version=1, changes={"title": "Rep", "heads": 1}
    )
    services.name_hiring_manager(
        requisition, by=sales_team.ada, hiring_manager=requisition.hiring_manager
    )
    for _ in range(2):
        services.name_interviewers(requisition, by=sales_team.mia, interviewers=[sales_team.ron])

    requisition.refresh_from_db()
    assert requisition.version == 1
    assert actions() == ["requisition.open", "requisition.interviewers"]


def test_a_requisition_does_not_change_its_state_without_a_reason(sales_team, requisition):
    with pytest.raises(ValidationError) as refusal:
        services.change_requisition(
            requisition, by=sales_team.mia, state=RequisitionState.CLOSED, reason=" ", version=1
        )

    assert list(refusal.value.message_dict) == ["reason"]
    requisition.refresh_from_db()
    assert (requisition.state, requisition.version) == (RequisitionState.OPEN, 1)


def test_a_candidate_is_erased_once(sales_team, requisition):
    candidate = add(requisition).candidate

    services.erase_candidate(candidate, by=sales_team.rex, at=AT)
    again = services.erase_candidate(candidate, by=sales_team.mia, at=datetime.now(UTC))

    assert again.erased_at == AT
    assert actions().count("candidate.erase") == 1
