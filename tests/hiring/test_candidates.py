import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from hiring import reports, services
from hiring.models import Application, Candidate, HiringStage
from hiring.services import EditConflictError
from org import private
from org.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def requisition(sales_team):
    return services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
        interviewers=[sales_team.ron],
    )


def add(requisition, name):
    return services.add_candidate(
        requisition,
        by=requisition.recruiter,
        full_name=name,
        email="nora@example.com",
        phone="12",
        submission=uuid.uuid4(),
        at=AT,
    )


@pytest.fixture
def application(requisition):
    return add(requisition, "Nora New")


def now(application, viewer):
    with private.reading_as(viewer):
        return Candidate.objects.get(pk=application.candidate_id)


def edit(application, by, version=1, **changes):
    return services.edit_candidate(application.candidate, by=by, version=version, changes=changes)


def sent(candidate, **typed):
    """Return what the edit form of a candidate sends, with what its author typed."""
    seen = {
        name: getattr(candidate, name)
        for name in ("full_name", "email", "phone", "source", "notes")
    }
    initial = {f"initial-{name}": value for name, value in seen.items()}
    return initial | seen | {"version": candidate.version} | typed


def test_a_candidate_is_corrected_and_the_log_says_what_and_not_how(sales_team, application):
    edit(application, sales_team.mia, full_name=" Nora Newman ", phone="34")

    found = now(application, sales_team.rex)
    assert (found.full_name, found.phone, found.version) == ("Nora Newman", "34", 2)
    entry = AuditEntry.objects.get(action="candidate.edit")
    assert (entry.actor, entry.reason, entry.changes) == (
        sales_team.mia,
        "Changed: name, phone",
        {},
    )
    assert "Nora" not in entry.subject_label


def test_saving_what_stands_there_changes_nothing(sales_team, application):
    edit(application, sales_team.rex, phone="12", version=7)

    assert now(application, sales_team.rex).version == 1
    assert not AuditEntry.objects.filter(action="candidate.edit").exists()


def test_a_candidate_keeps_a_name(sales_team, application):
    with pytest.raises(ValidationError, match="Give the candidate's name"):
        edit(application, sales_team.rex, full_name="  ")

    assert now(application, sales_team.rex).full_name == "Nora New"


def test_the_second_of_two_editors_overwrites_nothing(sales_team, application):
    edit(application, sales_team.mia, phone="34")

    with pytest.raises(EditConflictError):
        edit(application, sales_team.rex, phone="56")

    assert now(application, sales_team.rex).phone == "34"


def test_the_second_is_shown_both_values_and_chooses(client, sales_team, application):
    before = now(application, sales_team.rex)
    address = reverse("hiring:candidate-edit", args=[before.pk])
    edit(application, sales_team.mia, phone="34", source="Fair")
    client.force_login(sales_team.rex, backend=BACKEND)

    answer = client.post(address, sent(before, phone="56", email="new@example.com"))

    assert answer.status_code == 409
    assert 'Yours: <strong class="kit-text">56</strong>' in answer.text
    assert 'Stored now: <strong class="kit-text">34</strong>' in answer.text
    assert "take-source" not in answer.text
    assert now(application, sales_team.rex).phone == "34"

    stored = now(application, sales_team.rex)
    choice = sent(stored, phone="56", email="new@example.com")
    taken = client.post(address, choice | {"take-phone": "stored", "take-email": "mine"})

    assert taken.status_code == 302
    after = now(application, sales_team.rex)
    assert (after.phone, after.email, after.source) == ("34", "new@example.com", "Fair")


def test_a_form_opened_before_the_erasing_brings_nothing_back(client, sales_team, application):
    before = now(application, sales_team.rex)
    services.erase_candidate(before, by=sales_team.mia, at=AT)
    client.force_login(sales_team.rex, backend=BACKEND)

    answer = client.post(
        reverse("hiring:candidate-edit", args=[before.pk]), sent(before, phone="56")
    )

    assert answer.status_code == 400
    assert "data is erased" in answer.text
    after = now(application, sales_team.rex)
    assert (after.phone, after.full_name) == ("", "Erased candidate")


def test_an_archived_candidate_is_in_no_count_until_restored(sales_team, requisition, application):
    add(requisition, "Nick")

    def counts():
        board = reports.board(sales_team.rex, requisition)
        (row,) = reports.requisitions(sales_team.ada)
        first = board.columns[0]
        shown = [one.candidate.full_name for one in first.applications]
        apart = [one.candidate.full_name for one in board.archived]
        others = reports.board(sales_team.ada, requisition)
        assert (others.columns[0].count, others.archived) == (first.count, [])
        assert row.in_progress == first.count == len(shown) == first.reached
        return shown, apart

    assert counts() == (["Nora New", "Nick"], [])
    services.archive_candidate(application.candidate, by=sales_team.mia, at=AT)
    services.archive_candidate(application.candidate, by=sales_team.mia, at=AT)
    assert counts() == (["Nick"], ["Nora New"])
    services.restore_candidate(application.candidate, by=sales_team.rex)
    assert counts() == (["Nora New", "Nick"], [])
    log = AuditEntry.objects.filter(subject_type="hiring.candidate").order_by("pk")
    assert list(log.values_list("action", flat=True)) == [
        "candidate.add",
        "candidate.add",
        "candidate.archive",
        "candidate.restore",
    ]


def test_plain_sql_archives_the_applications_too(sales_team, application):
    with private.reading_as(sales_team.rex), connection.cursor() as cursor:
        cursor.execute("UPDATE hiring_candidate SET archived_at = %s", [AT])

    assert Application.objects.get().archived_at == AT


def test_an_archived_candidate_is_neither_edited_nor_moved(client, sales_team, application):
    services.archive_candidate(application.candidate, by=sales_team.rex, at=AT)
    client.force_login(sales_team.rex, backend=BACKEND)
    screen = HiringStage.objects.get(name="Screen")

    page = client.get(application.candidate.get_absolute_url()).text
    moved = client.post(
        reverse("hiring:move", args=[application.pk]), {"to": screen.pk, "version": 1}
    )

    assert "Restore" in page
    assert "Move to" not in page
    assert (moved.status_code, Application.objects.get().stage.name) == (400, "Applied")
    with pytest.raises(ValidationError, match="archived"):
        edit(application, sales_team.rex, version=2, phone="56")


def test_the_button_archives_and_restores(client, sales_team, application):
    client.force_login(sales_team.mia, backend=BACKEND)
    address = reverse("hiring:candidate-archive", args=[application.candidate_id])

    client.post(address)
    archived = now(application, sales_team.mia).archived_at
    client.post(address)

    assert archived is not None
    assert now(application, sales_team.mia).archived_at is None


@pytest.mark.parametrize("name", ["ron", "ada", "dana", "max"])
def test_nobody_but_its_keepers_edits_or_archives(sales_team, application, name):
    by = getattr(sales_team, name)
    deeds = [
        lambda: edit(application, by, phone="99"),
        lambda: services.archive_candidate(application.candidate, by=by, at=AT),
        lambda: services.restore_candidate(application.candidate, by=by),
        lambda: services.erase_candidate(application.candidate, by=by, at=AT),
    ]

    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()

    assert now(application, sales_team.rex).version == 1
