from datetime import timedelta
from decimal import Decimal

import pytest

from org.models.quotas import Quota
from org.services.calendar import ensure_years
from org.services.quotas import set_quota
from tests.factories.org import OrganisationFactory, PersonFactory, TeamFactory
from tests.imports.runs import (
    NOW,
    counts,
    executed,
    imported,
    planned,
    refusals,
    table,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    OrganisationFactory(currency="USD")
    ensure_years(2026, 2026)
    PersonFactory(full_name="Ann")
    TeamFactory(name="Northern")


CONTENT = table(
    """
    Person | Team | Measure | Period | Quota
    Ann | | Bookings | 2026-01 | 1000
    Ann | | | Feb 2026 | 1100
    Ann | | Deals won | Q1 2026 | 5
    | Northern | | FY 2026 | 50,000.50
    """
)


def test_quotas_are_set_for_periods_in_the_usual_ways_of_writing():
    run = imported("quotas", CONTENT)

    assert counts(run) == {"create": 4}
    rows = Quota.objects.order_by("pk").values_list("measure", "period__label", "target")
    assert list(rows) == [
        ("bookings", "Jan 2026", Decimal(1000)),
        ("bookings", "Feb 2026", Decimal(1100)),
        ("deals_won", "Q1 2026", Decimal(5)),
        ("bookings", "FY 2026", Decimal("50000.50")),
    ]
    assert counts(planned("quotas", CONTENT)) == {"leave": 4}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ann | | | 2031 | 5", "There is no such period in the calendar"),
        ("Ann | Northern | | 2026 | 5", "It must name one person, team or territory."),
        (" | | | 2026 | 5", "It must name one person, team or territory."),
        ("Ann | | | 2026 | 0", "A quota is greater than zero."),
        ("Ann | | Deals won | 2026 | 1.5", "whole number"),
        ("Ann | | Luck | 2026 | 1", "It must be one of"),
        ("Ann | | | 2026 | €5", "Quotas are in the reporting currency, USD."),
    ],
)
def test_bad_quotas_are_refused(row, reason):
    run = planned("quotas", table(f"Person | Team | Measure | Period | Quota\n{row}"))

    assert counts(run) == {"refuse": 1}
    assert reason in refusals(run)[0][2]


def test_one_row_may_not_contradict_another():
    run = planned("quotas", table("Person | Period | Quota\nAnn | 2026 | 5\nAnn | 2026 | 6"))

    assert counts(run) == {"create": 1, "refuse": 1}


def test_nobody_imports_their_own_quota(sales_team):
    ada = sales_team.ada
    run = planned("quotas", table("Person | Period | Quota\nAda Admin | 2026 | 5"), by=ada)

    assert refusals(run) == [(2, "", "Nobody sets their own quota.")]


def test_undoing_adds_versions_that_say_what_held_before():
    imported("quotas", table("Person | Period | Quota\nAnn | 2026-01 | 900"))
    run = executed(planned("quotas", CONTENT), now=NOW + timedelta(hours=1))
    assert counts(run) == {"create": 3, "change": 1}
    ann = Quota.objects.get(period__label="Feb 2026")
    set_quota(
        by=None,
        subject=ann.person,
        measure="bookings",
        period=ann.period,
        target=Decimal(7),
        reason="later",
        at=NOW + timedelta(hours=2),
    )

    undone(run, now=NOW + timedelta(hours=3))

    held = {
        (quota.measure, quota.period.label): quota.target
        for quota in Quota.objects.as_of(NOW + timedelta(hours=4)).select_related("period")
    }
    assert held == {
        ("bookings", "Jan 2026"): Decimal(900),
        ("bookings", "Feb 2026"): Decimal(7),
        ("deals_won", "Q1 2026"): None,
        ("bookings", "FY 2026"): None,
    }
    assert len(run.undo_report["kept"]) == 1
