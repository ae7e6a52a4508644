"""More rows of everything that the matrix's world holds, wherever a page lists them."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from analytics.runs.enums import ChunkState, RunState, RunStep, Trigger
from analytics.runs.models import RecomputeChunk, RecomputeRun
from coaching import services as coaching
from forecasting.models import DealExpectation, Forecast, ForecastRun, PastForecast
from hiring import services
from hiring.models import HiringStage
from imports.models import ImportAnswer, ImportMapping, ImportRefusal, ImportRun
from org import access
from org.enums import PeriodKind, Role
from org.models.audit import AuditEntry
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.territories import PersonTerritory, Territory
from org.services import calendar
from org.services.calendar import period_on
from pipeline import history
from pipeline.activities.models import CalendarUpload
from pipeline.credit.services import Share, split_credit
from pipeline.customers.services import assign_account
from pipeline.deals.models import Deal, DealCollaborator, DealLine
from pipeline.discipline.models import (
    CriterionMet,
    ElementScore,
    Framework,
    FrameworkElement,
    StageOverride,
)
from pipeline.discipline.services import setup as exit_setup
from pipeline.enums import LostReason
from pipeline.stages.models import LossReason
from process.enums import GivenTo
from process.models import ActivityTarget, LeaverRule
from tests.access.matrix import World
from tests.factories.org import (
    ApiTokenFactory,
    ExchangeRateFactory,
    HolidayFactory,
    PersonFactory,
    QuotaFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    CompetitorFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
    ProductFactory,
    StageFactory,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)


def grow(world: World, number: int) -> None:
    """Add the ``number``-th row of everything, below Mia and Rita, Rex and Ada."""
    newcomer = _person(world, number)
    _places(world, newcomer, number)
    _sales(world, newcomer, number)
    _numbers(world, newcomer, number)
    _talks(world, newcomer, number)
    _candidates(world, number)
    _records(world, number)


def _person(world: World, number: int) -> Person:
    newcomer = PersonFactory(full_name=f"Nell Newcomer {number}", roles=[Role.REP, Role.MANAGER])
    ReportingLineFactory(person=newcomer, manager=world.team.mia)
    TeamMembershipFactory(person=newcomer, team=world.team.north)
    for owner in ("rita", "mia", "ada"):
        ApiTokenFactory(person=getattr(world.team, owner))
    return newcomer


def _places(world: World, newcomer: Person, number: int) -> None:
    TeamFactory(name=f"Squad {number}", parent=world.team.north)
    market = Territory.objects.create(name=f"Market {number}", parent=world.made["territory"])
    PersonTerritory.objects.create(person=newcomer, territory=market, valid_from=LONG_AGO)
    PersonTerritory.objects.create(
        person=newcomer, territory=world.made["territory"], valid_from=LONG_AGO
    )
    QuotaFactory(person=None, territory=market, period=_quarter())
    account = AccountFactory(name=f"Regional {number}")
    assign_account(account, by=None, territory=world.made["south_market"], since=LONG_AGO)
    HolidayFactory(day=date(2026, 5, number))
    ExchangeRateFactory(valid_from=date(2026, 6, number))
    calendar.ensure_years(2036, 2036 + number)


def _sales(world: World, newcomer: Person, number: int) -> None:
    account, deal = world.made["account"], world.deals["rita"]
    AccountFactory(name=f"Daughter {number}", parent=account, owner=newcomer)
    # Likely the same as the one before, and the same e-mail address at both.
    duplicate = AccountFactory(name=f"Regional {number} Inc.")
    for place in (account, duplicate):
        ContactFactory(account=place, email=f"twin-{number}@x.example")
    contact = ContactFactory(account=account)
    DealContactFactory(deal=deal, contact=contact)
    DealCollaborator.objects.create(deal=deal, person=newcomer, role="specialist")
    newest = deal.credit_splits.first()
    halves = [
        Share(newcomer, "revenue", Decimal(50 + number)),
        Share(world.team.rita, "revenue", Decimal(50 - number)),
    ]
    split_credit(
        deal,
        by=None,
        shares=halves,
        reason=f"Together {number}",
        at=timezone.now(),
        seen=newest and newest.pk,
    )
    product = ProductFactory()
    DealLine.objects.create(deal=deal, product=product, unit_price=10)
    StageFactory(name=f"Step {number}", order=30 + number)
    CompetitorFactory()
    framework = Framework.objects.get(name="MEDDPICC")
    element = FrameworkElement.objects.create(
        framework=framework, name=f"Extra {number}", question="What else?"
    )
    ElementScore.objects.create(deal=deal, element=element, score=0, asked="Extra")
    Framework.objects.create(name=f"Framework {number}")
    propose = StageFactory(propose=True)
    version = exit_setup.add_criterion(propose, by=None, statement=f"Step {number} done")
    CriterionMet.objects.create(
        deal=deal, criterion=version.criterion, version=version, evidence="Mail"
    )
    StageOverride.objects.create(
        deal=deal, deal_version=1000 + number, from_stage=propose, to_stage=propose,
        owner=deal.owner, missing=["Amount"], reason="In a hurry",
    )  # fmt: skip
    LossReason.objects.create(code=f"reason_{number}", name=f"Reason {number}", kind="other")
    soon = {"account": account, "expected_close_on": access.today() + timedelta(days=number)}
    for owner in (world.team.rita, newcomer):
        made = [DealFactory(owner=owner, name=f"More {number}", **soon) for _ in range(3)]
        for one in (deal, *made):
            ActivityFactory(deal=one, account=account, person=owner, contact=contact)
        now = timezone.now()
        with history.writing(by=owner, source="page", at=now):
            Deal.objects.filter(pk=made[1].pk).update(stage=StageFactory(won=True))
            Deal.objects.filter(pk=made[2].pk).update(
                stage=StageFactory(lost=True), lost_reason=LostReason.PRICE
            )
    with history.writing(by=newcomer, source="page", at=timezone.now()):
        Deal.objects.filter(pk=deal.pk).update(account=account, next_step=f"Step {number}")


def _quarter() -> FiscalPeriod:
    return period_on(access.today(), PeriodKind.QUARTER)


def _numbers(world: World, newcomer: Person, number: int) -> None:
    run, period = RecomputeRun.objects.get(is_current=True), world.made["forecast_period"]
    for subject in ({"person": newcomer}, {"team": world.team.north}, {"person": world.team.rita}):
        set_at = AT + timedelta(days=number)
        QuotaFactory(**{"person": None} | subject, period=_quarter(), set_at=set_at)
    LeaverRule.objects.create(given_to=GivenTo.MANAGER)
    ActivityTarget.objects.create(
        role=Role.MANAGER,
        kind="email",
        count=number,
        every="week",
        starts_on=date(2026, 1, 1),
        reason=f"Plan {number}",
        set_at=AT + timedelta(days=number),
    )
    for person in (world.team.rita, world.team.ada):
        CalendarUpload.objects.create(
            person=person, file_name=f"More {number}", uploaded_at=AT, submission=uuid.uuid4()
        )
    month = period_on(date(2026, 7 + number, 1), PeriodKind.MONTH)
    ForecastRun.objects.create(run=run, period=month)
    amounts = {name: Decimal(number) for name in ("booked", "from_open", "from_new")}
    for when, subject in (
        (period, {"person": newcomer}),
        (month, {"team": world.team.north}),
        (month, {"person": world.team.rita}),
    ):
        Forecast.objects.create(
            run=run,
            period=when,
            total=3 * number,
            low=number,
            high=5 * number,
            open_deals=1,
            unpriced=0,
            **amounts,
            **subject,
        )
    for subject in ({"person": world.team.rita}, {"team": world.team.north}):
        PastForecast.objects.create(
            run=run,
            period=period_on(date(2025, number, 1), PeriodKind.QUARTER),
            made_on=date(2025, 1, number),
            weeks_left=8,
            forecast=90,
            low=70,
            high=120,
            last_period=80,
            last_year=75,
            run_rate=60,
            actual=100,
            **subject,
        )
    for owner in (world.team.rita, newcomer):
        deal = DealFactory(owner=owner, account=world.made["account"])
        DealExpectation.objects.create(run=run, period=period, deal=deal, person=owner, amount=5)
    _runs(world, number)


def _runs(world: World, number: int) -> None:
    RecomputeRun.objects.create(
        as_of=date(2026, 2, number),
        moment=AT,
        trigger=Trigger.PAGE,
        requested_by=world.team.ada,
        state=RunState.DONE,
        finished_at=AT,
    )
    for step in (RunStep.ATTAINMENT, RunStep.FORECAST):
        RecomputeChunk.objects.create(
            run=world.made["run"],
            step=step,
            phase=2,
            part=number,
            label=f"Part {number}",
            state=ChunkState.QUARANTINED,
            finished_at=AT,
            error="Out of memory",
        )


def _talks(world: World, newcomer: Person, number: int) -> None:
    today, mia = access.today(), world.team.mia
    series = coaching.start(by=mia, person=newcomer, manager=mia)
    for one in (series, world.made["series rita"]):
        day = today + timedelta(days=number)
        session = coaching.plan_session(one, by=mia, on=day)
        for at in (session, world.made["session rita"]):
            if at.one_on_one_id == one.pk:
                _talk(at, mia, number)


def _talk(session, mia: Person, number: int) -> None:
    once = {"by": mia, "submission": uuid.uuid4()}
    coaching.add_note(session, body=f"Note {number}", **once)
    once["submission"] = uuid.uuid4()
    coaching.add_item(session, owner=mia, task=f"Item {number}", **once)


def _candidates(world: World, number: int) -> None:
    team = world.team
    place = services.open_requisition(
        by=team.rex,
        title=f"Rep {number}",
        team=team.north,
        hiring_manager=team.mia,
        heads=2,
        opened_on=date(2026, 1, 5),
        interviewers=[team.rita],
    )
    world.made["requisition north"].interviewers.add(PersonFactory())
    HiringStage.objects.create(name=f"Task {number}", kind="open", order=60)
    for requisition in (place, world.made["requisition north"]):
        application = services.add_candidate(
            requisition,
            by=team.rex,
            full_name=f"Cleo Candidate {number}",
            submission=uuid.uuid4(),
            at=AT,
        )
        _move_on(application, team.rex)
    _move_on(world.made["application north"], team.rex)


def _move_on(application, by: Person) -> None:
    stages = HiringStage.objects.filter(kind="open").exclude(pk=application.stage_id)
    services.move_application(application, by=by, to=stages.first(), version=application.version)


def _records(world: World, number: int) -> None:
    for actor in (world.team.rita, world.team.ada):
        AuditEntry.objects.create(
            actor=actor, action="deal.edit", subject_type="pipeline.deal", subject_label="More"
        )
    for target in ("import_mapping", "import_planned"):
        ImportRefusal.objects.create(
            run=world.made[target], row=10 + number, column="E-mail", reason="No address"
        )
    ImportMapping.objects.create(
        kind="people",
        signature=f"{number:064x}",
        fields={"Name": "full_name"},
        chosen_by=world.team.ada,
    )
    for subject, target in (
        ("person", world.team.rita.pk),
        ("stage", world.deals["rita"].stage_id),
    ):
        ImportAnswer.objects.create(
            subject=subject, text=f"Text {number}", target=target, answered_by=world.team.ada
        )
    copied = ImportRun.objects.get(pk=world.made["import_done"].pk)
    copied.pk, copied.submission = None, None
    copied.save(force_insert=True)
