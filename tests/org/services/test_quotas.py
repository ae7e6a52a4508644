import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from org.enums import Measure, PeriodKind, Role
from org.models.audit import AuditEntry
from org.models.calendar import FiscalPeriod
from org.models.quotas import Quota
from org.services import calendar, people, quotas
from org.services.quotas import QuotaTarget
from tests.factories.org import OrganisationFactory, PersonFactory, TerritoryFactory
from tests.worlds import SalesTeam

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def quarter(db: None) -> FiscalPeriod:
    OrganisationFactory()
    return calendar.period_on(date(2026, 2, 1), PeriodKind.QUARTER)


def put(by, subject, quarter: FiscalPeriod, target: str | None, **fields):
    return quotas.set_quota(
        **{
            "by": by,
            "subject": subject,
            "measure": Measure.BOOKINGS,
            "period": quarter,
            "target": None if target is None else Decimal(target),
            "reason": "Annual plan",
            "at": AT,
            **fields,
        }
    )


def test_each_change_is_a_new_version_with_its_reason(
    sales_team: SalesTeam, quarter: FiscalPeriod
) -> None:
    first = put(sales_team.ada, sales_team.rita, quarter, "1000")
    later = AT + timedelta(days=1)
    second = put(
        sales_team.mia, sales_team.rita, quarter, "1200.50", reason="Took over Acme", at=later
    )

    assert [(row.target, row.reason, row.set_by) for row in Quota.objects.order_by("set_at")] == [
        (Decimal("1000.00"), "Annual plan", sales_team.ada),
        (Decimal("1200.50"), "Took over Acme", sales_team.mia),
    ]
    assert Quota.objects.as_of(AT).get() == first
    assert Quota.objects.as_of(later).get() == second
    entry = AuditEntry.objects.about(second).get()
    assert entry.changes == {"target": ["1000.00", "1200.50"]}
    assert (entry.reason, entry.subject_label) == (
        "Took over Acme",
        "Rita Rep: Bookings, Q1 2026",
    )


def test_the_same_target_again_adds_nothing(sales_team: SalesTeam, quarter: FiscalPeriod) -> None:
    first = put(sales_team.ada, sales_team.rita, quarter, "1000")

    again = put(sales_team.ada, sales_team.rita, quarter, "1000.00", at=AT + timedelta(hours=1))

    assert again == first
    assert Quota.objects.count() == AuditEntry.objects.count() == 1


def test_withdrawing_is_a_version_without_a_target(
    sales_team: SalesTeam, quarter: FiscalPeriod
) -> None:
    assert put(sales_team.ada, sales_team.rita, quarter, None) is None
    put(sales_team.ada, sales_team.rita, quarter, "1000")

    gone = put(sales_team.ada, sales_team.rita, quarter, None, at=AT + timedelta(days=1))

    assert gone.target is None
    assert Quota.objects.count() == 2


def test_teams_and_territories_have_quotas_too(
    sales_team: SalesTeam, quarter: FiscalPeriod
) -> None:
    put(sales_team.ada, sales_team.north, quarter, "5000")
    put(sales_team.ada, TerritoryFactory(), quarter, "12", measure=Measure.DEALS_WON)

    assert list(Quota.objects.order_by("pk").values_list("team", "measure")) == [
        (sales_team.north.pk, "bookings"),
        (None, "deals_won"),
    ]


@pytest.mark.parametrize(
    ("actor", "subject"),
    [
        ("rita", "rita"),
        ("mia", "mia"),
        ("ada", "ada"),
        ("rita", "ron"),
        ("mia", "rob"),
        ("mia", "dana"),
        ("mia", "fay"),
        ("mia", "flo"),
        ("eve", "rita"),
        ("rex", "rita"),
        ("stan", "rita"),
        ("dana", "north"),
        ("mia", "north"),
    ],
)
def test_who_may_not_set_a_quota(
    sales_team: SalesTeam, quarter: FiscalPeriod, actor: str, subject: str
) -> None:
    with pytest.raises(PermissionDenied):
        put(getattr(sales_team, actor), getattr(sales_team, subject), quarter, "1000")

    assert not Quota.objects.exists()


@pytest.mark.parametrize(
    ("actor", "subject"),
    [("ada", "dana"), ("ada", "stan"), ("dana", "rita"), ("mia", "rita"), ("max", "fay")],
)
def test_who_may_set_a_quota(
    sales_team: SalesTeam, quarter: FiscalPeriod, actor: str, subject: str
) -> None:
    put(getattr(sales_team, actor), getattr(sales_team, subject), quarter, "1000")

    assert Quota.objects.count() == 1


@pytest.mark.parametrize("roles", [[Role.ADMIN], [Role.ADMIN, Role.MANAGER]], ids=len)
def test_an_admin_who_leads_a_team_does_not_set_its_quota(
    sales_team: SalesTeam, quarter: FiscalPeriod, roles: list[Role]
) -> None:
    people.set_roles(sales_team.dana, by=sales_team.ada, roles=roles)

    for team in (sales_team.sales, sales_team.north):
        with pytest.raises(PermissionDenied):
            put(sales_team.dana, team, quarter, "1000")


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"target": "0"}, "target", "greater than zero"),
        ({"target": "-5"}, "target", "Rita Rep, Q1 2026: a quota is greater than zero"),
        ({"target": "NaN"}, "target", "greater than zero"),
        ({"target": "1.005"}, "target", "two decimals"),
        ({"target": "1000000000000"}, "target", "more than can be stored"),
        ({"target": "1.5", "measure": Measure.DEALS_WON}, "target", "whole number"),
        ({"measure": "happiness"}, "measure", "is not a measure"),
        ({"reason": "  "}, "reason", "Say why"),
        ({"reason": "x" * 501}, "reason", "under 500"),
    ],
)
def test_a_bad_target_is_refused_with_its_reason(
    sales_team: SalesTeam, quarter: FiscalPeriod, fields: dict, field: str, words: str
) -> None:
    target = fields.pop("target", "1000")

    with pytest.raises(ValidationError) as refusal:
        put(sales_team.ada, sales_team.rita, quarter, target, **fields)

    assert words in refusal.value.message_dict[field][0]
    assert not Quota.objects.exists()


def test_a_grid_is_saved_whole_or_not_at_all(sales_team: SalesTeam, quarter: FiscalPeriod) -> None:
    def target(person, amount: str) -> QuotaTarget:
        return QuotaTarget(person, Measure.BOOKINGS, quarter, Decimal(amount))

    with pytest.raises(ValidationError):
        quotas.set_quotas(
            by=sales_team.ada,
            targets=[target(sales_team.rita, "100"), target(sales_team.ron, "-1")],
            reason="Plan",
            at=AT,
        )
    assert not Quota.objects.exists()

    added = quotas.set_quotas(
        by=sales_team.ada,
        targets=[target(sales_team.rita, "100"), target(sales_team.ron, "200")],
        reason="Plan",
        at=AT,
    )

    assert [row.person for row in added] == [sales_team.rita, sales_team.ron]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_adds_one_version() -> None:
    OrganisationFactory()
    quarter = calendar.period_on(date(2026, 2, 1), PeriodKind.QUARTER)
    rita = PersonFactory()
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        put(None, rita, quarter, "1000")
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Quota.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_asked_first_and_saves_second_is_not_overwritten_by_the_clock() -> None:
    OrganisationFactory()
    quarter = calendar.period_on(date(2026, 2, 1), PeriodKind.QUARTER)
    rita = PersonFactory()
    first_holds, second_waits = threading.Event(), threading.Event()
    added: list[Quota | None] = []

    def first() -> None:
        with transaction.atomic():
            put(None, rita, quarter, "100", at=AT + timedelta(seconds=1))
            first_holds.set()
            second_waits.wait()
        connection.close()

    def second() -> None:
        first_holds.wait()
        added.append(put(None, rita, quarter, "200", at=AT))
        connection.close()

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    until_one_waits_for_a_lock()
    second_waits.set()
    for thread in threads:
        thread.join()

    assert added == [Quota.objects.get(target=200)]
    holding = Quota.objects.as_of(AT + timedelta(minutes=1)).get()
    assert holding.target == 200
    assert holding.set_at == AT + timedelta(seconds=1, microseconds=1)
    assert AuditEntry.objects.about(holding).get().changes == {"target": ["100.00", "200.00"]}


def until_one_waits_for_a_lock() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody came to wait for the lock")


def test_a_grid_saved_with_an_earlier_time_than_the_newest_version_still_counts(
    sales_team: SalesTeam, quarter: FiscalPeriod
) -> None:
    later = AT + timedelta(seconds=1)
    first = put(sales_team.ada, sales_team.rita, quarter, "100", at=later)

    quotas.save_grid(
        by=sales_team.ada,
        targets=[QuotaTarget(sales_team.rita, Measure.BOOKINGS, quarter, Decimal(200))],
        seen=first.pk,
        reason="Plan",
        at=AT,
    )

    assert Quota.objects.as_of(later + timedelta(seconds=1)).get().target == 200
