"""A whole run over a seeded organisation, computed once for the module, judged from all sides."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.attainment.reports.attainment import EVERYONE, attainment
from analytics.runs.enums import ChunkState, RunState, RunStep, Trigger
from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute
from forecasting.models import (
    DealExpectation,
    DealWorkings,
    Forecast,
    ForecastRun,
    OriginWorkings,
    PastForecast,
)
from forecasting.services import nightly
from kit.money import from_cents
from org.enums import Measure, PeriodKind, Role, SubjectKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team, TeamMembership
from org.services.calendar import end_of_day, period_on
from pipeline.credit.models import CreditSplit
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import DealVersion
from pipeline.enums import CreditKind
from salesmgr.celery import app
from tests.analytics.plain_credit import booked_by_person
from tests.factories.org import PersonFactory

# Seeded for this day, computed as of one some time before it.
SEEDED = date(2026, 11, 20)
AS_OF = date(2026, 8, 31)


def computed(as_of: date) -> RecomputeRun:
    run, _ = recompute.request_run(
        by=None, as_of=as_of, trigger=Trigger.COMMAND, now=timezone.now()
    )
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()
    return run


# By this mark the test database is made, also where no other test asks for it.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def run(empty_database: None) -> Iterator[RecomputeRun]:
    """Return the run; its organisation is gone again after the module."""
    with transaction.atomic():
        call_command("seed_demo", people=16, months=20, seed=4, verbosity=0)
        yield computed(AS_OF)
        transaction.set_rollback(True)


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def subject_of(row: AttainmentSnapshot) -> Subject:
    if row.person_id:
        return Subject(SubjectKind.PERSON, row.person_id)
    return Subject(SubjectKind.TEAM, row.team_id) if row.team_id else EVERYONE


def test_every_part_is_done_and_the_run_in_use(run: RecomputeRun) -> None:
    assert run.state == RunState.DONE
    assert run.is_current
    assert set(run.chunks.values_list("state", flat=True)) == {ChunkState.DONE}
    assert {chunk.step for chunk in run.chunks.all()} == set(RunStep)


def test_every_team_person_and_everyone_are_there(run: RecomputeRun) -> None:
    stored = AttainmentSnapshot.objects.filter(run=run)
    members = set(TeamMembership.objects.on(AS_OF).values_list("person", flat=True))

    assert members <= set(stored.values_list("person", flat=True))
    assert set(stored.exclude(team=None).values_list("team", flat=True)) == set(
        Team.objects.values_list("pk", flat=True)
    )
    subjects = stored.values_list("person", "team").distinct().count()
    # Three kinds of period, the current and the previous one, four measures.
    assert stored.count() == subjects * 6 * len(Measure)


def test_what_is_stored_is_what_the_page_computes(run: RecomputeRun) -> None:
    stored = AttainmentSnapshot.objects.filter(run=run).select_related("period")
    by_figure: dict[tuple, list[AttainmentSnapshot]] = {}
    for row in stored:
        by_figure.setdefault((row.period, row.measure), []).append(row)
    compared = 0
    for (period, measure), figures in by_figure.items():
        live = attainment(
            [subject_of(row) for row in figures],
            period=period,
            measure=Measure(measure),
            as_of=end_of_day(AS_OF),
        )
        for row, now in zip(figures, live, strict=True):
            unit = 100 if measure == Measure.BOOKINGS else 1
            assert row.actual * unit == now.actual
            assert row.overlay * 100 == now.overlay
            assert (row.target and row.target * unit) == now.quota
            assert (row.cases, row.unpriced) == (now.cases, now.unpriced)
            compared += 1
    assert compared == stored.count() > 500


def booked(at: datetime, period: FiscalPeriod) -> dict[int, Decimal]:
    found = booked_by_person(at, period.start_on, period.end_on)
    return {person: from_cents(cents) for person, cents in found.items()}


def test_bookings_equal_plain_sql(run: RecomputeRun) -> None:
    quarter = period_on(AS_OF, PeriodKind.QUARTER)
    by_person = booked(run.moment, quarter)
    stored = AttainmentSnapshot.objects.filter(run=run, period=quarter, measure=Measure.BOOKINGS)

    people = dict(stored.exclude(person=None).values_list("person", "actual"))
    assert {pk: amount for pk, amount in people.items() if amount} == by_person
    assert stored.get(person=None, team=None).actual == sum(by_person.values())
    assert len(by_person) > 5


def test_overlays_equal_plain_sql_and_the_deals_behind_them(run: RecomputeRun) -> None:
    year = period_on(AS_OF, PeriodKind.YEAR)
    won = DealVersion.objects.as_of(run.moment).won().filter(
        closed_on__gte=year.start_on, closed_on__lt=year.end_on, amount_base__gt=0
    )  # fmt: skip
    specialist = PersonFactory(roles=[Role.REP])
    for version in won.exclude(deal__in=CreditSplit.objects.values("deal")).order_by("pk")[:3]:
        split_credit(
            version.deal,
            by=None,
            shares=[
                Share(version.credited_to, CreditKind.REVENUE, Decimal(100)),
                Share(specialist, CreditKind.OVERLAY, Decimal("12.5")),
            ],
            reason="Showed it to their engineers",
            at=run.moment - timedelta(weeks=1),
        )
    run = computed(AS_OF)
    by_person = dict(rows(
        "WITH split AS (SELECT DISTINCT ON (deal_id) id, deal_id FROM pipeline_creditsplit"
        " WHERE set_at <= %s ORDER BY deal_id, set_at DESC)"
        " SELECT share.person_id, sum(round(won.amount_base * share.percent / 100, 2))"
        "   FROM pipeline_dealversion won JOIN split USING (deal_id)"
        "   JOIN pipeline_creditshare share ON share.split_id = split.id AND kind = 'overlay'"
        "  WHERE won.valid_from <= %s AND won.valid_to > %s AND status = 'won' AND NOT archived"
        "    AND closed_on >= %s AND closed_on < %s AND amount_base IS NOT NULL GROUP BY 1",
        run.moment, run.moment, run.moment, year.start_on, year.end_on,
    ))  # fmt: skip
    stored = AttainmentSnapshot.objects.filter(run=run, period=year, measure=Measure.BOOKINGS)

    people = dict(stored.exclude(person=None).values_list("person", "overlay"))
    assert {pk: amount for pk, amount in people.items() if amount} == by_person
    assert by_person[specialist.pk] > 0
    assert stored.get(person=None, team=None).overlay == sum(by_person.values())
    for pk, amount in by_person.items():
        client = Client()
        client.force_login(Person.objects.get(pk=pk))
        report_view = {"period": year.pk, "as_of": AS_OF.isoformat(), "person": pk}
        page = client.get(
            reverse("analytics:metric-rows"), {**report_view, "figure": "overlay.all"}
        )
        assert page.context["found"].sums == {"Overlay credit": amount}
        assert page.context["found"].hidden == 0


def test_forecasts_add_up_at_every_level(run: RecomputeRun) -> None:
    parts = ("booked", "from_open", "from_new", "total")
    for facts in ForecastRun.objects.filter(run=run):
        assert facts.missing == ""
        found = Forecast.objects.filter(run=run, period=facts.period)
        everyone = found.get(person=None, team=None)
        people = found.exclude(person=None)
        for part in parts:
            assert getattr(everyone, part) == people.aggregate(all=Sum(part))["all"], part
        assert everyone.total == everyone.booked + everyone.from_open + everyone.from_new
        for team in found.exclude(team=None):
            members = TeamMembership.objects.on(AS_OF).filter(
                team__in=_with_those_below(team.team_id)
            )
            own = people.filter(person__in=members.values("person"))
            for part in ("from_open", "from_new"):
                assert getattr(team, part) == own.aggregate(all=Sum(part, default=0))["all"]


def _with_those_below(team: int) -> set[int]:
    found = {team}
    while more := set(Team.objects.filter(parent__in=found).values_list("pk", flat=True)) - found:
        found |= more
    return found


def test_booked_part_of_a_forecast_is_the_attainment(run: RecomputeRun) -> None:
    stored = AttainmentSnapshot.objects.filter(run=run, measure=Measure.BOOKINGS)
    compared = 0
    for row in stored.filter(period__in=_open_periods(run)):
        told = Forecast.objects.get(
            run=run, period=row.period_id, person=row.person_id, team=row.team_id
        )
        assert told.booked == row.actual
        compared += 1
    assert compared > 30


def _open_periods(run: RecomputeRun) -> list[int]:
    return list(ForecastRun.objects.filter(run=run).values_list("period", flat=True))


def test_deals_behind_a_forecast_add_up_to_it(run: RecomputeRun) -> None:
    for told in Forecast.objects.filter(run=run).exclude(person=None):
        deals = DealExpectation.objects.filter(
            run=run, period=told.period_id, person=told.person_id
        )
        assert deals.aggregate(all=Sum("amount", default=0))["all"] == told.from_open
        assert deals.count() <= told.open_deals


def test_open_deals_are_those_of_the_day(run: RecomputeRun) -> None:
    whole = Forecast.objects.filter(run=run, person=None, team=None).first()
    standing = DealVersion.objects.as_of(run.moment).open()

    assert whole is not None
    assert whole.open_deals == standing.count()
    assert whole.unpriced == standing.filter(amount_base=None).count() > 0


def test_interval_holds_the_forecast_and_not_less_than_is_booked(run: RecomputeRun) -> None:
    with_interval = Forecast.objects.filter(run=run, low__isnull=False)

    assert with_interval.count() > 30
    for told in with_interval:
        assert told.booked <= told.low <= told.total <= told.high


def test_a_past_forecast_is_what_a_run_of_that_day_says(run: RecomputeRun) -> None:
    """The back-test knows nothing that was not known: the run of that day says the same."""
    day = AS_OF - timedelta(weeks=10)
    then = {
        (row.person_id, row.team_id, row.period_id): row
        for row in PastForecast.objects.filter(run=run, made_on=day)
    }

    earlier = computed(day)

    compared = 0
    for told in Forecast.objects.filter(run=earlier):
        past = then.get((told.person_id, told.team_id, told.period_id))
        if past is None or (told.person_id is None and told.team_id is not None):
            continue
        assert abs(past.forecast - told.total) < Decimal("0.5"), told
        if past.low is not None and told.low is not None:
            assert abs(past.high - told.high) < 1
        compared += 1
    assert compared > 10


def test_outcomes_of_past_forecasts_are_the_attainments(run: RecomputeRun) -> None:
    quarter = period_on(AS_OF, PeriodKind.QUARTER)
    last = period_on(quarter.start_on - timedelta(days=1), PeriodKind.QUARTER)
    stored = AttainmentSnapshot.objects.filter(run=run, period=last, measure=Measure.BOOKINGS)
    actual = {(row.person_id, row.team_id): row.actual for row in stored}

    past = PastForecast.objects.filter(run=run, period=last)

    assert past.count() > 20
    for row in past:
        assert row.actual == actual[row.person_id, row.team_id]


def outcomes(run: RecomputeRun) -> dict[int, dict[int | None, Decimal]]:
    """Return what the run's past forecasts of people and everyone are scored against, by period."""
    found: dict[int, dict[int | None, Decimal]] = {}
    for row in PastForecast.objects.filter(run=run, team=None, actual__isnull=False):
        assert found.setdefault(row.period_id, {}).setdefault(row.person_id, row.actual) == (
            row.actual
        )
    return found


def test_outcomes_of_all_past_forecasts_equal_plain_sql(run: RecomputeRun) -> None:
    found, parted = outcomes(run), 0
    for period in FiscalPeriod.objects.filter(pk__in=found):
        by_person = booked(run.moment, period)
        people = {pk: amount for pk, amount in found[period.pk].items() if pk and amount}
        assert people == by_person
        ((whole, credited),) = rows(
            "SELECT sum(amount_base), count(split.id) FROM pipeline_dealversion version"
            " LEFT JOIN pipeline_creditsplit split USING (deal_id)"
            " WHERE valid_from <= %s AND valid_to > %s AND status = 'won' AND NOT archived"
            "   AND closed_on >= %s AND closed_on < %s",
            run.moment, run.moment, period.start_on, period.end_on,
        )  # fmt: skip
        assert found[period.pk][None] == whole
        parted += credited
    assert len(found) > 10
    assert parted > 10


def test_credit_given_later_is_in_looks_back_from_then_on(run: RecomputeRun) -> None:
    """A fifth of a deal of the first quarter goes to somebody who has nothing else, and left."""
    quarter = period_on(date(2026, 1, 1), PeriodKind.QUARTER)
    won = DealVersion.objects.as_of(run.moment).won().filter(
        closed_on__gte=quarter.start_on, closed_on__lt=quarter.end_on, amount_base__gt=0
    )  # fmt: skip
    version = won.exclude(deal__in=CreditSplit.objects.values("deal")).order_by("pk")[0]
    helper, before = PersonFactory(roles=[Role.REP]), outcomes(run)
    split_credit(
        version.deal,
        by=None,
        shares=[
            Share(version.credited_to, CreditKind.REVENUE, Decimal(80)),
            Share(helper, CreditKind.REVENUE, Decimal(20)),
        ],
        reason="Agreed late",
        at=run.moment - timedelta(weeks=4),
    )
    Person.objects.filter(pk=helper.pk).update(is_active=False, left_on=AS_OF - timedelta(days=3))

    again = computed(AS_OF)

    assert (again.state, again.doubt) == (RunState.DONE, "")
    found = outcomes(again)
    assert found[quarter.pk][helper.pk] == round(version.amount_base / 5, 2)
    for period in FiscalPeriod.objects.filter(pk__in=found):
        assert found[period.pk][None] == before[period.pk][None]
        people = {pk: amount for pk, amount in found[period.pk].items() if pk and amount}
        assert people == booked(again.moment, period)
    # No forecast of a day before it was agreed knew of it.
    told = PastForecast.objects.filter(run=again, person=helper)
    assert set(told.values_list("forecast", flat=True)) == {0}


def test_a_second_run_stores_the_same_and_takes_the_place_of_the_first(run: RecomputeRun) -> None:
    def content(of: RecomputeRun) -> list[tuple]:
        columns = ("person", "team", "period", "booked", "from_open", "from_new", "low", "high")
        order = ("period", "person", "team")
        return list(Forecast.objects.filter(run=of).order_by(*order).values_list(*columns))

    before = content(run)
    again = computed(AS_OF)

    assert again.pk != run.pk
    assert content(again) == before
    assert RecomputeRun.objects.published().get() == again


def test_a_part_delivered_again_changes_nothing(run: RecomputeRun) -> None:
    before = Forecast.objects.filter(run=run).count()

    for chunk in run.chunks.all():
        assert nightly.work(chunk.pk, clock=timezone.now) is None

    assert Forecast.objects.filter(run=run).count() == before


def test_a_part_computed_twice_stores_the_same_rows(run: RecomputeRun) -> None:
    for chunk in run.chunks.filter(step__in=(RunStep.ATTAINMENT, RunStep.FORECAST))[:6]:
        table = {
            RunStep.ATTAINMENT: AttainmentSnapshot,
            RunStep.FORECAST: Forecast,
        }[RunStep(chunk.step)]
        before = list(table.objects.filter(run=run).order_by("pk").values_list())
        assert nightly.STEPS[RunStep(chunk.step)](chunk) == chunk.rows
        assert list(table.objects.filter(run=run).order_by("pk").values_list()) == before


def test_the_next_run_clears_what_only_the_last_one_needed(run: RecomputeRun) -> None:
    assert OriginWorkings.objects.filter(run=run).exists()

    later = computed(AS_OF + timedelta(days=1))

    assert not OriginWorkings.objects.filter(run=run).exists()
    assert not DealWorkings.objects.filter(run=run).exists()
    # Both days are in use; what is shown of the newest day alone is cleared when one follows.
    assert Forecast.objects.filter(run=run).exists()
    computed(AS_OF + timedelta(days=2))
    assert not DealExpectation.objects.filter(run=run).exists()
    assert Forecast.objects.filter(run=later).exists()


def test_a_part_that_always_fails_is_given_up_and_the_rest_is_published(run: RecomputeRun) -> None:
    poisoned, _ = recompute.request_run(
        by=None, as_of=AS_OF, trigger=Trigger.COMMAND, now=timezone.now()
    )
    nightly.work_here(poisoned, clock=timezone.now)
    bad = poisoned.chunks.filter(step=RunStep.ATTAINMENT).first()
    assert bad is not None
    # Somebody whom the database does not know: storing their figures must fail.
    RecomputeChunk.objects.filter(pk=bad.pk).update(people=[987654321])
    while poisoned.state == RunState.RUNNING:
        nightly.work_here(poisoned, clock=timezone.now)
        poisoned.refresh_from_db()

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (ChunkState.QUARANTINED, 3)
    assert "IntegrityError" in bad.error
    assert poisoned.state == RunState.EXCEPTIONS
    assert poisoned.is_current
    others = poisoned.chunks.exclude(pk=bad.pk)
    assert set(others.values_list("state", flat=True)) == {ChunkState.DONE}


def test_people_who_left_are_in_it_while_they_count(run: RecomputeRun) -> None:
    gone = Person.objects.filter(left_on__lte=AS_OF)
    credited = DealVersion.objects.as_of(run.moment).won().filter(credited_to__in=gone)
    assert credited.exists()

    stored = set(AttainmentSnapshot.objects.filter(run=run).values_list("person", flat=True))

    assert set(credited.values_list("credited_to", flat=True)) <= stored


def test_the_months_of_a_quarter_add_up_to_it_for_everybody(run: RecomputeRun) -> None:
    """As of the last day of August, a month of a calendar quarter is over, two are open."""
    quarters = ForecastRun.objects.filter(run=run, period__kind=PeriodKind.QUARTER)
    compared = 0
    for facts in quarters.select_related("period"):
        quarter = facts.period
        found = rows(
            "SELECT f.person_id, f.team_id, sum(from_open), sum(from_new), sum(booked)"
            " FROM forecasting_forecast f JOIN org_fiscalperiod p ON p.id = f.period_id"
            " WHERE f.run_id = %s AND p.kind = 'month' AND p.start_on >= %s AND p.end_on <= %s"
            " GROUP BY 1, 2",
            run.pk, quarter.start_on, quarter.end_on,
        )  # fmt: skip
        sums = {(person, team): parts for person, team, *parts in found}
        for whole in Forecast.objects.filter(run=run, period=quarter):
            from_open, from_new, booked = sums[whole.person_id, whole.team_id]
            assert (whole.from_open, whole.from_new) == (from_open, from_new)
            assert booked <= whole.booked
            compared += whole.from_open > 0
    assert quarters.count() == 2
    assert compared > 20
    ratios = ForecastRun.objects.filter(run=run, period__kind=PeriodKind.MONTH)
    assert set(ratios.values_list("open_ratio")) == set(quarters.values_list("open_ratio"))


def test_no_deal_is_expected_to_bring_more_than_it_is_worth(run: RecomputeRun) -> None:
    found = DealExpectation.objects.filter(run=run)
    facts = {row.period_id: row for row in ForecastRun.objects.filter(run=run)}
    for row in found.filter(period__kind=PeriodKind.QUARTER):
        counted = float(row.worth) * row.chance * facts[row.period_id].open_ratio
        assert float(row.amount) == pytest.approx(min(counted, float(row.worth)), abs=0.006)
    assert not found.filter(chance__gt=1).exists()
    assert rows(
        "SELECT count(*) FROM forecasting_dealexpectation WHERE run_id = %s AND amount > worth",
        run.pk,
    ) == [(0,)]  # fmt: skip


def test_a_night_from_the_schedule_to_the_charts_of_the_page(run: RecomputeRun) -> None:
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["start the nightly run"]
    app.tasks[entry["task"]]()
    night = RecomputeRun.objects.get(trigger=Trigger.SCHEDULE)
    while (part := recompute.next_due(night)) is not None:
        app.tasks[recompute.CHUNK_TASK](part)

    night.refresh_from_db()
    assert (night.state, night.restarts, night.is_current) == (RunState.DONE, 0, True)
    client = Client()
    admin = Person.objects.active().with_roles(Role.ADMIN).order_by("pk")[0]
    client.force_login(admin, backend="org.backends.SessionBackend")
    address = {"period": period_on(night.as_of, PeriodKind.QUARTER).label, "team": "all"}

    told = client.get(reverse("team-forecast"), address).context["forecast"]
    stored = Forecast.objects.get(
        run=night, person=None, team=None, period=period_on(night.as_of, PeriodKind.QUARTER)
    )
    assert told.forecast.total == stored.total > 0

    trend = client.get(reverse("team-trend"), address).context["trend"]
    line = trend.figure["data"][0]
    by_day = dict(zip(map(str, line["x"]), line["y"], strict=True))
    ((expected,),) = rows(
        "SELECT sum(amount_base) FROM pipeline_dealversion"
        " WHERE valid_from <= %s AND valid_to > %s AND status = 'open' AND NOT archived",
        night.moment, night.moment,
    )  # fmt: skip
    assert Decimal(str(by_day[night.as_of.isoformat()])) == expected > 0
