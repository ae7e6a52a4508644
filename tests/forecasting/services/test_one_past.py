"""A run whose past is changed while it computes must not publish parts of two pasts."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from analytics.attainment.reports.attainment import attainment
from analytics.runs.enums import ChunkState, RunState, RunStep, Trigger
from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute
from forecasting.services import nightly
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import Subject
from org.models.people import Person
from org.models.teams import Team, TeamMembership, TeamPlacement
from org.services import quotas
from org.services.calendar import end_of_day, period_on
from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal, DealVersion, PastWrite
from tests.factories.org import OrganisationFactory, TeamFactory, TeamMembershipFactory
from tests.factories.pipeline import ActivityFactory, DealFactory, StageFactory

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = date(2026, 8, 31)
WON_AT = datetime(2026, 8, 3, 12, tzinfo=UTC)


@pytest.fixture
def seats() -> list[TeamMembership]:
    """Return two people in two teams, each with a deal won in the quarter."""
    OrganisationFactory()
    won = StageFactory(won=True)
    found = [TeamMembershipFactory(team=TeamFactory(name=name)) for name in ("North", "South")]
    for seat, amount in zip(found, (100, 30), strict=True):
        DealFactory(owner=seat.person, stage=won, amount=amount, created_at=WON_AT)
    return found


def begun() -> RecomputeRun:
    return recompute.request_run(by=None, as_of=AS_OF, trigger=Trigger.COMMAND, now=timezone.now())[
        0
    ]


def work(run: RecomputeRun, *, until_left: int = 0) -> None:
    """Do the parts of the run that are there, but for so many."""
    while run.state == RunState.RUNNING:
        unfinished = run.chunks.exclude(state__in=recompute.FINISHED)
        if run.chunks.count() > 1 and unfinished.count() <= until_left:
            return
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()


def disturbed(change: Callable[[], object]) -> RecomputeRun:
    """Return a run that had one part left when something was written."""
    run = begun()
    work(run, until_left=1)
    change()
    work(run)
    return run


def stored_bookings(run: RecomputeRun) -> dict[tuple[int | None, int | None], Decimal]:
    quarter = period_on(AS_OF, PeriodKind.QUARTER)
    rows = AttainmentSnapshot.objects.filter(run=run, period=quarter, measure=Measure.BOOKINGS)
    return {(row.person_id, row.team_id): row.actual for row in rows}


def test_a_backdated_deal_is_in_all_parts_or_in_none(seats: list[TeamMembership]) -> None:
    owner: Person = seats[0].person

    run = disturbed(
        lambda: DealFactory(owner=owner, stage=StageFactory(won=True), amount=7, created_at=WON_AT)
    )

    assert (run.state, run.restarts, run.doubt) == (RunState.DONE, 1, "")
    assert run.is_current
    assert stored_bookings(run) == {
        (seats[0].person_id, None): 107,
        (seats[1].person_id, None): 30,
        (None, seats[0].team_id): 107,
        (None, seats[1].team_id): 30,
        (None, None): 137,
    }
    live = attainment(
        [Subject(SubjectKind.PERSON, owner.pk)],
        period=period_on(AS_OF, PeriodKind.QUARTER),
        measure=Measure.BOOKINGS,
        as_of=end_of_day(AS_OF),
    )
    assert live[0].actual == 10700


def test_somebody_who_moves_between_teams_is_in_one_of_them(seats: list[TeamMembership]) -> None:
    moved = seats[1]

    run = disturbed(lambda: TeamMembership.objects.filter(pk=moved.pk).update(team=seats[0].team))

    assert run.restarts == 1
    found = stored_bookings(run)
    assert (found[None, seats[0].team_id], found[None, moved.team_id]) == (130, 0)


def rewrite_history() -> None:
    with history.writing(by=None, source="import", rewrite=True):
        DealVersion.objects.filter(amount=30).update(amount=31, amount_base=31)
        Deal.objects.filter(amount=30).update(amount=31)


def set_quota(at: datetime) -> None:
    quotas.set_quota(
        by=None,
        subject=Person.objects.order_by("pk")[0],
        measure=Measure.BOOKINGS,
        period=period_on(AS_OF, PeriodKind.QUARTER),
        target=Decimal(10),
        reason="Plan",
        at=at,
    )


def place_south() -> None:
    north, south = Team.objects.order_by("name")
    TeamPlacement.objects.create(node=south, parent=north, valid_from=date(2026, 1, 1))


CHANGES: dict[str, tuple[Callable[[], object], int]] = {
    "history rewritten": (rewrite_history, 1),
    "deal changed by a given moment": (lambda: change_deal(WON_AT + timedelta(days=1)), 1),
    "deal changed now": (lambda: change_deal(None), 0),
    "quota of then": (lambda: set_quota(WON_AT), 1),
    "quota of now": (lambda: set_quota(timezone.now()), 0),
    "team added": (lambda: TeamFactory(name="West"), 1),
    "team placed below another": (place_south, 1),
    "activity of then": (lambda: log(WON_AT), 1),
    "activity logged now": (lambda: ActivityFactory(occurred_at=WON_AT), 0),
    "old activity put away": (lambda: Activity.objects.update(archived_at=WON_AT), 1),
    "person renamed": (lambda: Person.objects.update(full_name="X"), 0),
}


def change_deal(at: datetime | None) -> None:
    with history.writing(by=None, source="page", at=at):
        Deal.objects.filter(amount=100).update(next_step=f"Call {at}")


def log(at: datetime) -> None:
    """Log what was done and logged at the moment."""
    done = ActivityFactory(person=Person.objects.order_by("pk")[0], occurred_at=at)
    Activity.objects.filter(pk=done.pk).update(created_at=at)


@pytest.mark.parametrize("what", CHANGES)
def test_what_begins_a_run_again_and_what_does_not(seats: list[TeamMembership], what: str) -> None:
    log(WON_AT)
    change, restarts = CHANGES[what]

    run = disturbed(change)

    assert (run.restarts, run.state) == (restarts, RunState.DONE)


def test_a_past_that_never_rests_is_published_with_its_doubt(seats: list[TeamMembership]) -> None:
    run = begun()
    for day in range(recompute.MOST_RESTARTS + 1):
        work(run, until_left=1)
        change_deal(WON_AT + timedelta(days=day))
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()

    assert (run.state, run.restarts) == (RunState.EXCEPTIONS, recompute.MOST_RESTARTS)
    assert run.is_current
    assert "of the past were changed while it computed" in run.doubt


def test_sums_that_disagree_are_not_published(seats: list[TeamMembership]) -> None:
    run = disturbed(
        lambda: AttainmentSnapshot.objects.filter(person=seats[0].person, actual=100).update(
            actual=99
        )
    )

    assert (run.state, run.restarts) == (RunState.DONE, 1)
    assert stored_bookings(run)[seats[0].person_id, None] == 100


def test_a_transaction_notes_once_how_far_back_it_reaches(seats: list[TeamMembership]) -> None:
    PastWrite.objects.all().delete()

    with history.writing(by=None, source="page"):
        for step in ("Call", "Write", "Visit"):
            Deal.objects.update(next_step=step)

    assert PastWrite.objects.count() == 1


def elsewhere(deed: Callable[[], object]) -> None:
    """Do something on a connection of its own, committed when this returns."""

    def do() -> None:
        deed()
        connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def planned_part(run: RecomputeRun) -> RecomputeChunk:
    nightly.work_here(run, clock=timezone.now)
    return run.chunks.filter(step=RunStep.ATTAINMENT)[0]


def test_a_part_sees_one_state(
    seats: list[TeamMembership], monkeypatch: pytest.MonkeyPatch
) -> None:
    part, seen = planned_part(begun()), []

    def step(_: RecomputeChunk) -> int:
        seen.append(Deal.objects.count())
        elsewhere(lambda: DealFactory(owner=Person.objects.order_by("pk")[0]))
        seen.append(Deal.objects.count())
        return 0

    monkeypatch.setitem(nightly.STEPS, RunStep.ATTAINMENT, step)
    assert nightly.work(part.pk, clock=timezone.now) == part

    assert seen == [2, 2]
    assert Deal.objects.count() == 3


def test_a_part_taken_over_meanwhile_stores_nothing(
    seats: list[TeamMembership], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun()
    part, tries = planned_part(run), []

    def step(chunk: RecomputeChunk) -> int:
        tries.append(chunk.attempts)
        rows = nightly.store_attainment(chunk)
        if len(tries) == 1:
            elsewhere(lambda: RecomputeChunk.objects.filter(pk=chunk.pk).update(attempts=2))
        return rows

    monkeypatch.setitem(nightly.STEPS, RunStep.ATTAINMENT, step)
    assert nightly.work(part.pk, clock=timezone.now) is None

    part.refresh_from_db()
    assert (part.state, part.attempts, tries) == (ChunkState.WORKING, 2, [1, 1])
    assert not AttainmentSnapshot.objects.filter(run=run).exists()
