"""What holds for every import: preview equals result, one effect, undone as if it had not been."""

import threading
from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.runs.enums import Trigger
from analytics.runs.services import recompute
from forecasting.models import DealExpectation
from imports.engine import comparing
from imports.engine.options import Answer, Options
from imports.engine.refused import refused_lines
from imports.enums import ImportState
from imports.models import ImportRow, ImportRun, ImportStagedRow
from imports.services import runs as imports
from imports.services import work as import_work
from org.services.calendar import period_on
from pipeline import history
from pipeline.customers.models import Account
from pipeline.deals.models import Deal, DealVersion
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ActivityFactory, ProductFactory, StageFactory
from tests.imports.runs import (
    NOW,
    TODAY,
    counts,
    executed,
    imported,
    planned,
    refusals,
    table,
    undone,
    uploaded,
    worked,
)

HEADER = (
    "Deal ID | Deal name | Owner | Account | Stage | Amount | Close date | Created date | Product"
)


@pytest.fixture
def company(db):
    OrganisationFactory(currency="USD", time_zone="America/New_York")
    StageFactory(name="Qualify")
    StageFactory(won=True)
    StageFactory(lost=True)
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    ProductFactory(name="Pump", list_price=90)


def deals(*rows):
    return table("\n".join([HEADER, *rows]))


def state():
    """Return the content of all tables that imports write to, ids and counters left out."""
    left_out = (
        "- 'id' - 'version' - 'transaction' - 'changed_by_id' - 'reason' - 'original_close_on'"
    )
    found = {}
    with connection.cursor() as cursor:
        for name in ("deal", "dealversion", "dealline", "account", "product", "stage"):
            cursor.execute(
                f"SELECT (to_jsonb(t) {left_out})::text FROM pipeline_{name} t ORDER BY 1"
            )
            found[name] = cursor.fetchall()
    return found


# One cell of each column: good ones, bad ones, ones that only sometimes fit.
CELLS = st.tuples(
    st.sampled_from(["1", "2", "3", "4", "5", ""]),
    st.sampled_from(["Pumps", "Hoses", ""]),
    st.sampled_from(["Ann", "ann", "Nobody", ""]),
    st.sampled_from(["Acme", "Newco", ""]),
    st.sampled_from(["Qualify", "Won", "Lost", "Elsewhere", ""]),
    st.sampled_from(["10", "20.50", "0", "x", "", "NaN"]),
    st.sampled_from(["2026-03-01", "2026-04-01", "2030-01-01", "2026-02-30", ""]),
    st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-15", ""]),
    st.sampled_from(["Pump", ""]),
)
ROWS = st.lists(CELLS, min_size=1, max_size=8)
FILES = st.lists(ROWS, min_size=1, max_size=3)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=FILES)
def test_the_result_is_the_preview_and_the_second_time_nothing_changes(company, files):
    from django.db import transaction

    with transaction.atomic():
        for number, rows in enumerate(files):
            content = deals(*(" | ".join(row) for row in rows))
            run = planned("deals", content, create=["account"], now=NOW + timedelta(hours=number))
            plan = run.plan["counts"]
            assert sum(plan.values()) == len(rows) == run.plan["rows"]
            before, deals_before = state(), Deal.objects.count()
            versions_before = DealVersion.objects.count()
            if not plan["create"] and not plan["change"]:
                continue
            executed(run, skip_refused=True, now=NOW + timedelta(hours=number))
            assert run.state == ImportState.DONE, run.failure
            assert run.outcome["counts"] == plan
            assert Deal.objects.count() - deals_before == plan["create"]
            assert run.rows.filter(action="create").count() == plan["create"]
            assert run.rows.filter(action="change").count() == plan["change"]
            assert DealVersion.objects.count() >= versions_before
            history.check()
            again = planned(
                "deals", content, create=["account"], now=NOW + timedelta(hours=number, minutes=1)
            )
            assert again.plan["counts"]["create"] == again.plan["counts"]["change"] == 0
            assert again.plan["counts"]["refuse"] == plan["refuse"]

            after = state()
            undone(run)
            assert run.state == ImportState.UNDONE, run.failure
            assert run.undo_report["kept"] == []
            assert state() == before
            history.check()

            redone = planned(
                "deals", content, create=["account"], now=NOW + timedelta(hours=number)
            )
            executed(redone, skip_refused=True, now=NOW + timedelta(hours=number))
            assert {k: len(v) for k, v in state().items()} == {k: len(v) for k, v in after.items()}
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_undoing_changes_sets_back_what_was_not_edited_since(company):
    imported(
        "deals",
        deals(
            "1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | ",
            "2 | B | Ann | Acme | Qualify | 10 | | 2026-01-01 | ",
        ),
    )
    before = state()
    run = imported(
        "deals",
        deals(
            "1 | A2 | Ann | Acme | Won | 12 | 2026-02-01 | 2026-01-01 | Pump",
            "2 | B2 | Ann | Acme | Qualify | 11 | | 2026-01-01 | ",
            "3 | C | Ann | Acme | Won | 11 | 2026-02-01 | 2026-01-01 | Pump",
            "4 | D | Ann | Acme | Qualify | 11 | | 2026-01-01 | ",
        ),
    )
    assert counts(run) == {"create": 2, "change": 2}
    with history.writing(by=None, source="page"):
        Deal.objects.filter(external_id="2").update(amount=99)
    ActivityFactory(deal=Deal.objects.get(external_id="4"))

    undone(run)

    assert run.state == ImportState.UNDONE, run.failure
    edited = Deal.objects.get(external_id="2")
    assert (edited.name, edited.amount) == ("B", 99)
    assert Deal.objects.get(external_id="4").archived_at is not None
    assert not Deal.objects.filter(external_id="3").exists()
    first = [row for row in state()["deal"] if '"external_id": "1"' in row[0]]
    assert first == [row for row in before["deal"] if '"external_id": "1"' in row[0]]
    assert DealVersion.objects.filter(deal__external_id="1").count() == 1
    assert run.undo_report == {
        "removed": 1,
        "restored": 2,
        "archived": 1,
        "shelved": ["D"],
        "kept": ["B2: amount was edited since, so it stays."],
        "kept_count": 1,
    }
    history.check()


@pytest.mark.django_db
def test_what_a_nightly_run_computed_of_a_deal_does_not_hold_it(company):
    before = state()
    run = imported(
        "deals",
        deals(
            "1 | A | Ann | Acme | Qualify | 10 | 2027-01-31 | 2026-01-01 | ",
            "2 | B | Ann | Acme | Qualify | 10 | 2027-01-31 | 2026-01-01 | ",
        ),
    )
    night, _ = recompute.request_run(by=None, trigger=Trigger.COMMAND, now=NOW)
    for deal in Deal.objects.all():
        DealExpectation.objects.create(
            run=night, period=period_on(TODAY, "month"), deal=deal, person=deal.owner, amount=5
        )

    undone(run)

    assert run.state == ImportState.UNDONE, run.failure
    assert (run.undo_report["removed"], run.undo_report["archived"]) == (2, 0)
    assert not DealExpectation.objects.exists()
    assert state() == before


@pytest.mark.django_db
def test_a_row_whose_deal_is_in_the_archive_is_refused(company):
    content = deals("1 | A | Ann | Acme | Qualify | 10 | 2027-01-31 | 2026-01-01 | ")
    run = imported("deals", content)
    ActivityFactory(deal=Deal.objects.get())
    undone(run)
    assert run.undo_report["shelved"] == ["A"]

    for text in (content, content.replace(",10,", ",12,")):
        again = planned("deals", text)
        assert counts(again) == {"refuse": 1}
        assert refusals(again) == [(2, "", "This deal is in the archive; restore it first.")]


@pytest.mark.django_db
def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_done(company):
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))
    imported("deals", deals("1 | A | Ann | Acme | Qualify | 11 | | 2026-01-01 | "))

    executed(run)

    assert run.state == ImportState.PLANNED
    assert "has changed since the preview" in run.failure
    assert counts(run) == {"change": 1}
    assert Deal.objects.get().amount == 11
    executed(run)
    assert (run.state, Deal.objects.get().amount) == (ImportState.DONE, 10)


@pytest.mark.django_db
def test_staged_rows_that_a_crash_emptied_are_read_anew(company):
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))
    ImportStagedRow.objects.all().delete()

    executed(run)
    assert run.state == ImportState.PLANNED
    executed(run)
    assert Deal.objects.count() == 1


@pytest.mark.django_db
def test_a_double_click_and_a_double_message_are_one_run(company):
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))
    imports.start(run, by=None, skip_refused=False)
    imports.start(run, by=None, skip_refused=False)
    assert import_work.work_on(run.pk, now=NOW)
    assert not import_work.work_on(run.pk, now=NOW)
    imports.start(run, by=None, skip_refused=False)

    assert Deal.objects.count() == 1
    assert ImportRow.objects.filter(run=run).count() == 1


@pytest.mark.django_db
def test_the_same_upload_twice_is_one_import(company, sales_team_admin):
    submission = uuid4()
    runs = [
        imports.upload(
            by=sales_team_admin,
            kind="accounts",
            name="a.csv",
            pieces=[b"Account name\nA\n"],
            as_of=TODAY,
            submission=submission,
        )
        for _ in range(2)
    ]

    assert runs[0] == runs[1]
    assert ImportRun.objects.count() == 1


@pytest.fixture
def sales_team_admin(db):
    return PersonFactory(roles=("admin",))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_have_one_effect():
    OrganisationFactory()
    StageFactory(name="Qualify")
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    rows = [f"{n} | D{n} | Ann | Acme | Qualify | 10 | | 2026-01-01 | " for n in range(300)]
    run = planned("deals", table("\n".join([HEADER, *rows])))
    imports.start(run, by=None, skip_refused=False)
    gate, worked_on = threading.Barrier(4), []

    def work():
        gate.wait()
        try:
            worked_on.append(import_work.work_on(run.pk, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    run.refresh_from_db()
    assert sorted(worked_on) == [False, False, False, True]
    assert (run.state, Deal.objects.count()) == (ImportState.DONE, 300)
    assert DealVersion.objects.count() == 300


@pytest.mark.django_db
def test_work_that_breaks_leaves_nothing_and_says_so(company, monkeypatch):
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))
    # Somebody takes the name meanwhile in a way that the comparison cannot see: a database rule.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pipeline_deal ADD CONSTRAINT trial CHECK (name <> 'A')")
    executed(run)

    assert run.state == ImportState.PLANNED
    assert "nothing was changed" in run.failure
    assert not Deal.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pipeline_deal DROP CONSTRAINT trial")


@pytest.mark.django_db
def test_only_admins_decide_anything(company):
    rep = PersonFactory(roles=("rep",))
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))
    for deed in (
        lambda: imports.start(run, by=rep, skip_refused=False),
        lambda: imports.answer(run, by=rep, answers={"stage:x": Answer(create=True)}),
        lambda: imports.discard(run, by=rep),
        lambda: imports.request_undo(run, by=rep),
        lambda: imports.upload(by=rep, kind="deals", name="x", pieces=[b"x"], as_of=TODAY),
    ):
        with pytest.raises(PermissionDenied):
            deed()


@pytest.mark.django_db
def test_who_lost_the_right_meanwhile_does_not_run_an_import(company):
    admin = PersonFactory(roles=("admin",))
    run = planned("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | | "), by=admin)
    imports.start(run, by=admin, skip_refused=False)
    admin.role_grants.all().delete()
    worked(run)

    assert (run.state, run.failure) == (ImportState.PLANNED, "Only an admin imports.")
    assert not Deal.objects.exists()


@pytest.mark.django_db
def test_too_large_and_too_long_files_are_refused_clearly(company, settings):
    settings.IMPORT_MAX_MEGABYTES = 1
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        uploaded("accounts", "Account name\n" + "x" * 1_100_000)
    settings.IMPORT_MAX_ROWS = 2
    run = uploaded("accounts", "Account name\nA\nB\nC\n")

    assert run.state == ImportState.FAILED
    assert run.failure == "The file has more than 2 rows. Split it into smaller files."


@pytest.mark.django_db
def test_the_mapping_of_the_same_headers_is_remembered(company):
    content = "Firma,Branche\nAcme,Retail\n"
    run = planned("accounts", content, mapping={0: "name", 1: "industry"})
    assert counts(run) == {"change": 1}
    again = uploaded("accounts", "Branche,Firma\nRetail,Acme\n")

    assert again.profile["remembered"] is True
    assert Options.from_json(again.options).mapping == {0: "industry", 1: "name"}


@pytest.mark.django_db
def test_a_file_that_the_usual_encoding_cannot_hold_is_asked_about(company):
    run = uploaded("accounts", "Account name\nBaťa\n".encode("cp1250"))

    assert run.state == ImportState.MAPPING, run.failure
    with pytest.raises(ValidationError, match="in which encoding"):
        imports.decide(run, by=None, options=Options.from_json(run.options))
    layout = Options.from_json(run.options).layout
    assert layout.encoding == "cp1250"
    imports.read_again(run, by=None, layout=layout)
    imports.decide(worked(run), by=None, options=Options.from_json(run.options))
    executed(worked(run))
    assert Account.objects.filter(name="Baťa").exists()


@pytest.mark.django_db
def test_another_encoding_is_told_and_the_file_read_anew(company):
    from dataclasses import replace

    run = uploaded("accounts", "Account name\nMüller\n".encode("cp1252"))
    with pytest.raises(ValidationError, match="in which encoding"):
        imports.decide(run, by=None, options=Options.from_json(run.options))
    layout = replace(Options.from_json(run.options).layout, encoding="cp1252")
    imports.read_again(run, by=None, layout=layout)
    worked(run)
    imports.decide(run, by=None, options=Options.from_json(run.options))
    executed(worked(run))

    assert Account.objects.filter(name="Müller").exists()


@pytest.mark.django_db
def test_refused_rows_come_back_as_a_file_that_no_spreadsheet_runs(company):
    content = "Account name,Employees,Industry\nGood,5,Retail\n=1+1,many,@x\nBad,-3,Retail\n"
    run = planned("accounts", content)
    lines = "".join(refused_lines(run)).splitlines()

    assert lines[0].lstrip("\ufeff") == "Row,Column,Reason,Account name,Employees,Industry"
    assert lines[1] == "3,Employees,This is not a number.,'=1+1,many,'@x"
    assert lines[2].startswith('4,Employees,"A whole number from 0 to')
    assert len(lines) == 3


@pytest.mark.django_db
def test_rows_know_their_run(company):
    run = imported("deals", deals("1 | A | Ann | Acme | Qualify | 10 | | 2026-01-01 | "))

    assert ImportRow.objects.get(target=Deal.objects.get().pk).run == run
    assert DealVersion.objects.get().reason == f"Import {run.pk}: file.csv"


@pytest.mark.django_db
def test_runs_that_nobody_works_on_are_handed_out_again(company, sales_team_admin, monkeypatch):
    sent = []
    monkeypatch.setattr(imports, "_send", sent.append)
    run = imports.upload(
        by=sales_team_admin, kind="accounts", name="a", pieces=[b"Account name\nA\n"], as_of=TODAY
    )
    later = run.moved_at + timedelta(minutes=2)

    assert imports.hand_out_stale(now=run.moved_at + timedelta(seconds=30)) == []
    assert imports.hand_out_stale(now=later) == [run.pk]
    assert sent == [run.pk]


def test_counts_add_up():
    found = comparing.Counts(create=1, change=2, leave=3, part=4, refuse=5)

    assert found.rows == sum(asdict(found).values()) == 15


@pytest.mark.django_db
def test_work_that_ends_its_worker_three_times_is_given_up(company):
    class Killed(BaseException):
        """What stands for the end of the process: no handler of the work sees it."""

    def struck(phase, done, total):
        raise Killed

    run = uploaded("accounts", "Account name\nMuller\n")
    imports.decide(run, by=None, options=Options.from_json(run.options))
    for _ in range(3):
        with pytest.raises(Killed):
            import_work.work_on(run.pk, now=NOW, progress=struck)
        run.refresh_from_db()
        assert run.state == ImportState.PLANNING

    assert not import_work.work_on(run.pk, now=NOW, progress=struck)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (ImportState.FAILED, 0)
    assert run.failure.startswith("The work on it ended its worker 3 times")
    assert not import_work.work_on(run.pk, now=NOW)
    assert imports.hand_out_stale(now=NOW + timedelta(days=1)) == []


@pytest.mark.django_db
def test_work_that_ends_well_counts_no_attempt(company):
    run = imported("accounts", "Account name\nMuller\n")

    assert run.attempts == 0
