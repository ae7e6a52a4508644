from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from celery import Celery, current_app
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from analytics.runs.enums import ChunkState, RunState, RunStep, Trigger
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute
from org.models.audit import AuditEntry
from org.models.calendar import Organisation
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.worlds import SalesTeam

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)


@pytest.fixture
def organisation(db: None) -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def run(organisation: Organisation) -> RecomputeRun:
    return start()


def start(
    *, trigger: Trigger = Trigger.COMMAND, now: datetime = NOW, as_of: date | None = None
) -> RecomputeRun:
    return recompute.request_run(by=None, as_of=as_of, trigger=trigger, now=now)[0]


def add(run: RecomputeRun, step: RunStep, *labels: str) -> list[RecomputeChunk]:
    recompute.add_chunks(run, [RecomputeChunk(step=step, label=label) for label in labels])
    return list(run.chunks.filter(step=step))


def claim(chunk: RecomputeChunk, *, now: datetime = NOW) -> RecomputeChunk:
    claimed = recompute.claim(chunk.pk, now=now)
    assert claimed is not None
    return claimed


def do(chunk: RecomputeChunk, *, now: datetime = NOW) -> None:
    recompute.complete(claim(chunk, now=now), rows=1, now=now)


def plan_done(run: RecomputeRun) -> None:
    do(run.chunks.get(step=RunStep.PLAN))


def test_run_of_today_speaks_of_the_moment_it_was_asked_for(organisation: Organisation) -> None:
    run = start()

    assert (run.as_of, run.moment, run.state) == (date(2026, 11, 23), NOW, RunState.RUNNING)
    assert [chunk.step for chunk in run.chunks.all()] == [RunStep.PLAN]


def test_run_of_a_past_day_speaks_of_its_end_in_the_organisations_zone(db: None) -> None:
    OrganisationFactory(time_zone="Asia/Kathmandu")

    run = start(as_of=date(2026, 11, 20))

    assert run.moment == datetime(2026, 11, 20, 18, 14, 59, 999999, tzinfo=UTC)


def test_today_is_the_organisations_day(db: None) -> None:
    OrganisationFactory(time_zone="Pacific/Auckland")

    assert start(now=datetime(2026, 11, 23, 12, tzinfo=UTC)).as_of == date(2026, 11, 24)


def test_a_day_to_come_is_refused_by_name(organisation: Organisation) -> None:
    with pytest.raises(ValidationError) as refused:
        start(as_of=date(2026, 11, 24))

    assert "2026-11-24 is not over yet" in str(refused.value.message_dict["as_of"])
    assert not RecomputeRun.objects.exists()


def test_only_admins_may_ask(sales_team: SalesTeam) -> None:
    for person in (sales_team.mia, sales_team.rita, sales_team.eve, sales_team.rex):
        with pytest.raises(PermissionDenied):
            recompute.request_run(by=person, trigger=Trigger.PAGE, now=NOW)

    run, created = recompute.request_run(by=sales_team.ada, trigger=Trigger.PAGE, now=NOW)
    assert (run.requested_by, created) == (sales_team.ada, True)
    entry = AuditEntry.objects.get(action="recompute.start")
    assert (entry.actor, entry.subject_id) == (sales_team.ada, run.pk)


def test_second_request_joins_the_run_that_goes_on(run: RecomputeRun) -> None:
    again, created = recompute.request_run(
        by=None, trigger=Trigger.PAGE, now=NOW + timedelta(seconds=1)
    )

    assert (again, created) == (run, False)
    assert RecomputeChunk.objects.count() == 1
    assert AuditEntry.objects.filter(action="recompute.start").count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_are_one_run() -> None:
    OrganisationFactory()

    def ask(_: int) -> tuple[int, bool]:
        try:
            run, created = recompute.request_run(by=None, trigger=Trigger.PAGE, now=NOW)
            return run.pk, created
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(10)))

    assert len({pk for pk, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    assert RecomputeRun.objects.count() == 1


def test_schedule_starts_the_day_that_has_ended_once(organisation: Organisation) -> None:
    nights = [
        datetime(2026, 11, 23, hour, minute, tzinfo=UTC) for hour in (0, 1, 2) for minute in (0, 30)
    ]

    started = [recompute.start_scheduled(now=night) for night in nights]

    assert [run.as_of if run else None for run in started] == [
        None,
        None,
        date(2026, 11, 22),
        None,
        None,
        None,
    ]


def test_a_night_without_beat_is_made_up_for_later_in_the_day(organisation: Organisation) -> None:
    run = recompute.start_scheduled(now=datetime(2026, 11, 23, 19, tzinfo=UTC))

    assert run is not None
    assert run.moment == datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/New_York", date(2026, 3, 6)),
        ("America/New_York", date(2026, 10, 30)),
        ("Europe/Berlin", date(2026, 3, 27)),
        ("Europe/Berlin", date(2026, 10, 23)),
        ("Australia/Lord_Howe", date(2026, 4, 3)),
        ("America/Havana", date(2026, 3, 6)),
        ("Africa/Cairo", date(2026, 4, 22)),
        ("America/St_Johns", date(2026, 10, 30)),
    ],
)
def test_every_day_gets_one_run_across_changes_of_the_clocks(
    db: None, zone: str, first: date
) -> None:
    OrganisationFactory(time_zone=zone)
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC)

    for _ in range(5 * 24 * 6):
        moment += timedelta(minutes=10)
        if run := recompute.start_scheduled(now=moment):
            finish(run)

    days = list(RecomputeRun.objects.order_by("as_of").values_list("as_of", flat=True))
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) >= 5


def finish(run: RecomputeRun, *, now: datetime = NOW) -> RecomputeRun:
    run.chunks.update(state=ChunkState.DONE, finished_at=now, lease_until=None)
    return recompute.settle(run.pk, now=now)


def test_a_part_is_taken_once(run: RecomputeRun) -> None:
    part = run.chunks.get()

    first, second = recompute.claim(part.pk, now=NOW), recompute.claim(part.pk, now=NOW)

    assert first is not None
    assert (first.attempts, first.lease_until) == (1, NOW + LEASE)
    assert second is None


def test_a_part_waits_for_the_phase_before_it(run: RecomputeRun) -> None:
    forecast = add(run, RunStep.FORECAST, "North")[0]
    attainment = add(run, RunStep.ATTAINMENT, "North")[0]
    plan_done(run)

    assert recompute.claim(forecast.pk, now=NOW) is None
    do(attainment)
    assert recompute.claim(forecast.pk, now=NOW) is not None


def test_a_late_delivery_of_a_done_part_does_nothing(run: RecomputeRun) -> None:
    part = run.chunks.get()
    do(part)

    assert recompute.claim(part.pk, now=NOW + 10 * LEASE) is None


def test_a_part_of_a_finished_run_and_an_unknown_part_do_nothing(run: RecomputeRun) -> None:
    part = run.chunks.get()
    finish(run)

    assert recompute.claim(part.pk, now=NOW) is None
    assert recompute.claim(987654321, now=NOW) is None


def test_a_part_whose_lease_ran_out_is_taken_by_the_next(run: RecomputeRun) -> None:
    part = run.chunks.get()
    claim(part)

    assert recompute.claim(part.pk, now=NOW + LEASE - timedelta(seconds=1)) is None
    assert claim(part, now=NOW + LEASE).attempts == 2


def test_an_overtaken_worker_cannot_store(run: RecomputeRun) -> None:
    part = run.chunks.get()
    slow = claim(part)
    fast = claim(part, now=NOW + LEASE)

    with pytest.raises(recompute.Overtaken), transaction.atomic():
        recompute.complete(slow, rows=1, now=NOW + LEASE)
    recompute.complete(fast, rows=2, now=NOW + LEASE)
    with pytest.raises(recompute.Overtaken), transaction.atomic():
        recompute.complete(fast, rows=3, now=NOW + LEASE)

    part.refresh_from_db()
    assert (part.state, part.rows, part.attempts) == (ChunkState.DONE, 2, 2)


def test_an_attempt_cut_short_goes_on_under_its_number(run: RecomputeRun) -> None:
    part = run.chunks.get()
    claim(part)

    again = recompute.claim(part.pk, now=NOW + timedelta(seconds=5), holding=1)
    stranger = recompute.claim(part.pk, now=NOW + timedelta(seconds=5), holding=2)

    assert again is not None
    assert (again.attempts, again.lease_until) == (1, NOW + timedelta(seconds=95))
    assert stranger is None


def test_a_failing_part_is_tried_three_times_and_given_up(run: RecomputeRun) -> None:
    part = run.chunks.get()
    add(run, RunStep.ATTAINMENT, "North")

    for attempt in (1, 2, 3):
        claimed = claim(part)
        assert claimed.attempts == attempt
        recompute.fail(claimed, error="ValueError: no", now=NOW)

    part.refresh_from_db()
    assert (part.state, part.error) == (ChunkState.QUARANTINED, "ValueError: no")
    assert recompute.claim(part.pk, now=NOW + 10 * LEASE) is None


def test_a_part_that_kills_its_workers_is_given_up_too(run: RecomputeRun) -> None:
    part, now = run.chunks.get(), NOW
    other = add(run, RunStep.ATTAINMENT, "North")[0]
    plan_done(run)
    for _ in range(3):
        claim(other, now=now)
        now += LEASE
        recompute.reconcile(now=now)

    other.refresh_from_db()
    part.refresh_from_db()
    assert (other.state, other.attempts) == (ChunkState.QUARANTINED, 3)
    assert "did not finish in time" in other.error
    run.refresh_from_db()
    assert (run.state, run.is_current) == (RunState.EXCEPTIONS, True)


def test_the_last_part_publishes_the_run_in_place_of_the_one_before(run: RecomputeRun) -> None:
    finish(run)
    later = start(now=NOW + timedelta(hours=1))
    add(later, RunStep.ATTAINMENT, "North")

    plan_done(later)
    recompute.settle(later.pk, now=NOW)
    assert RecomputeRun.objects.published().get() == run
    do(later.chunks.get(step=RunStep.ATTAINMENT))
    assert RecomputeRun.objects.published().get() == run
    recompute.settle(later.pk, now=NOW)

    assert RecomputeRun.objects.published().get() == later
    run.refresh_from_db()
    assert not run.is_current


def test_a_run_of_an_earlier_moment_does_not_replace_a_later_one(run: RecomputeRun) -> None:
    late = RecomputeRun.objects.create(
        as_of=run.as_of,
        moment=run.moment + timedelta(hours=1),
        trigger=Trigger.PAGE,
        state=RunState.DONE,
        finished_at=NOW,
        is_current=True,
    )

    finish(run)

    assert RecomputeRun.objects.published().get() == late


def test_a_run_that_could_not_be_planned_publishes_nothing(run: RecomputeRun) -> None:
    part = run.chunks.get()
    for _ in range(3):
        recompute.fail(claim(part), error="boom", now=NOW)

    settled = recompute.settle(run.pk, now=NOW)

    assert (settled.state, settled.is_current) == (RunState.EXCEPTIONS, False)


def test_progress_counts_parts_and_names_the_step(run: RecomputeRun) -> None:
    add(run, RunStep.ATTAINMENT, "North", "South")
    plan_done(run)
    claim(run.chunks.filter(step=RunStep.ATTAINMENT)[0])

    now = recompute.progress(run)

    assert (now.finished, now.total, now.step) == (1, 3, RunStep.ATTAINMENT)
    assert now.share == pytest.approx(1 / 3)
    finish(run)
    assert recompute.progress(run).step is None


def test_parts_are_planned_once(run: RecomputeRun) -> None:
    add(run, RunStep.ATTAINMENT, "North", "South")
    add(run, RunStep.ATTAINMENT, "North", "South")

    parts = run.chunks.filter(step=RunStep.ATTAINMENT).values_list("part", "label")
    assert list(parts) == [(0, "North"), (1, "South")]


def test_what_was_sent_is_sent_again_only_when_nothing_moves(run: RecomputeRun) -> None:
    add(run, RunStep.ATTAINMENT, "North", "South")
    plan_done(run)
    assert recompute.send_waiting(run, now=NOW) == 2
    assert recompute.send_waiting(run, now=NOW + timedelta(seconds=30)) == 0

    north = run.chunks.get(label="North")
    claim(north, now=NOW + timedelta(seconds=60))
    assert recompute.send_waiting(run, now=NOW + timedelta(seconds=100)) == 0
    assert recompute.send_waiting(run, now=NOW + timedelta(seconds=151)) == 1


@pytest.fixture
def queue_away() -> Iterator[None]:
    """Let messages go to a broker that is not there."""
    usual = current_app._get_current_object()
    Celery("nowhere", broker="redis+socket:///nowhere/valkey.sock").set_current()
    yield
    usual.set_current()


@pytest.mark.usefixtures("queue_away")
def test_without_a_queue_parts_wait_in_the_database(
    run: RecomputeRun, caplog: pytest.LogCaptureFixture
) -> None:
    part = run.chunks.get()

    assert recompute.send_waiting(run, now=NOW) == 0

    assert "the queue cannot be reached" in caplog.text
    part.refresh_from_db()
    assert (part.state, part.sent_at) == (ChunkState.WAITING, None)
    assert recompute.next_due(run) == part.pk


def test_the_database_refuses_two_current_runs_of_a_day(run: RecomputeRun) -> None:
    finish(run)
    with pytest.raises(IntegrityError, match="run_one_current"), transaction.atomic():
        RecomputeRun.objects.create(
            as_of=run.as_of,
            moment=NOW,
            trigger=Trigger.PAGE,
            state=RunState.DONE,
            finished_at=NOW,
            is_current=True,
        )


def test_people_of_the_company_do_not_see_runs(sales_team: SalesTeam) -> None:
    start()

    assert RecomputeRun.objects.visible_to(sales_team.ada).count() == 1
    for person in (sales_team.mia, sales_team.eve, sales_team.rita, PersonFactory()):
        assert not RecomputeRun.objects.visible_to(person).exists()


def test_a_run_is_idle_from_the_last_that_was_done_on_it_unless_somebody_works(
    run: RecomputeRun,
) -> None:
    assert recompute.idle_since(run) == run.created_at
    later = run.created_at + timedelta(minutes=5)

    claimed = claim(run.chunks.get(), now=later)
    assert recompute.idle_since(run) is None
    recompute.fail(claimed, error="cut off", now=later)
    assert recompute.idle_since(run) == later

    again = claim(claimed, now=later + timedelta(minutes=1))
    recompute.add_chunks(run, [RecomputeChunk(step=RunStep.ATTAINMENT, label="North")])
    recompute.complete(again, rows=1, now=later + timedelta(minutes=2))
    assert recompute.idle_since(run) == later + timedelta(minutes=2)
