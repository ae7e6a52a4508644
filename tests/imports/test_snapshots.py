from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline import history
from pipeline.deals.models import Deal, DealVersion
from tests.factories.org import ExchangeRateFactory, OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, StageFactory
from tests.imports.runs import counts, imported, planned, refusals, table, undone

pytestmark = pytest.mark.django_db
ID = "006q000000HddohAAB"


@pytest.fixture(autouse=True)
def company():
    OrganisationFactory(currency="USD")
    StageFactory(name="Qualify")
    StageFactory(propose=True)
    StageFactory(won=True)
    StageFactory(lost=True)
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")


def deal(stage="Won", amount="100", close="2026-03-10"):
    imported(
        "deals",
        table(
            f"""
            Opportunity ID | Opportunity Name | Owner | StageName | Amount | CloseDate | CreatedDate
            {ID} | Pumps | Ann | {stage} | {amount} | {close} | 2026-01-05
            """
        ),
    )
    return Deal.objects.get()


CHANGES = table(
    """
    OpportunityId | CreatedDate | StageName | Amount | CloseDate
    006q000000Hddoh | 2026-01-05T09:00:00Z | Qualify | 50 | 2026-02-28
    006q000000Hddoh | 2026-02-01T09:00:00Z | Propose | 80 | 2026-03-31
    006q000000Hddoh | 2026-03-10T15:00:00Z | Won | 100 | 2026-03-10
    """
)


def states():
    return [
        (v.valid_from, v.stage.name, v.amount, v.expected_close_on, v.closed_on)
        for v in DealVersion.objects.order_by("valid_from")
    ]


def test_past_amounts_carry_the_rate_of_their_day():
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 1, 1), rate="1.10")
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 3, 1), rate="1.20")
    header = "Opportunity ID | Opportunity Name | Owner | StageName | Amount | Amount Currency"
    row = f"{ID} | Pumps | Ann | Won | 100 | EUR | 2026-03-10 | 2026-01-05"
    imported("deals", table(f"{header} | CloseDate | CreatedDate\n{row}"))
    before = list(DealVersion.objects.order_by("valid_from").values())

    run = imported(
        "history",
        table(
            """
            OpportunityId | CreatedDate | StageName | Amount | Amount Currency | CloseDate
            006q000000Hddoh | 2026-01-05T09:00:00Z | Qualify | 50 | EUR | 2026-02-28
            006q000000Hddoh | 2026-02-01T09:00:00Z | Propose | 80 | USD | 2026-03-31
            006q000000Hddoh | 2026-03-10T15:00:00Z | Won | 100 | EUR | 2026-03-10
            """
        ),
    )

    rows = DealVersion.objects.order_by("valid_from")
    assert list(rows.values_list("amount_base", "exchange_rate", "exchange_rate_from")) == [
        (Decimal(55), Decimal("1.1"), date(2026, 1, 1)),
        (Decimal(80), None, None),
        (Decimal(120), Decimal("1.2"), date(2026, 3, 1)),
    ]
    history.check()
    undone(run)
    again = list(DealVersion.objects.order_by("valid_from").values())
    assert [row | {"id": 0} for row in again] == [row | {"id": 0} for row in before]


def moment(month, day, hour):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_recorded_snapshots_replace_the_reconstruction():
    found = deal()
    run = imported("history", CHANGES)

    assert counts(run) == {"change": 3}
    assert states() == [
        (moment(1, 5, 9), "Qualify", Decimal(50), date(2026, 2, 28), None),
        (moment(2, 1, 9), "Propose", Decimal(80), date(2026, 3, 31), None),
        (moment(3, 10, 15), "Won", Decimal(100), None, date(2026, 3, 10)),
    ]
    history.check()
    found.refresh_from_db()
    assert found.stage_entered_at == moment(3, 10, 15)
    assert counts(planned("history", CHANGES)) == {"leave": 3}


def test_a_snapshot_before_the_creation_moves_the_creation():
    found = deal()
    imported(
        "history",
        table(
            f"""
            OpportunityId | CreatedDate | StageName | Amount
            {ID} | 2025-12-01T09:00:00Z | Qualify | 10
            """
        ),
    )

    found.refresh_from_db()
    assert found.created_at == datetime(2025, 12, 1, 9, tzinfo=UTC)
    history.check()


def test_hubspots_stage_dates_become_versions():
    deal(stage="Propose", amount="70", close="2026-12-31")
    run = imported(
        "history",
        table(
            f"""
            Record ID | Date entered 'Qualify' (Sales) | Date entered 'Propose' (Sales)
            {ID} | 2026-01-06 10:00 | 2026-02-01 11:30
            """
        ),
    )

    assert counts(run) == {"change": 1}
    assert [(v, s) for v, s, *_ in states()] == [
        (moment(1, 5, 0), "Propose"),
        (moment(1, 6, 10), "Qualify"),
        (datetime(2026, 2, 1, 11, 30, tzinfo=UTC), "Propose"),
    ]
    history.check()


def test_changes_made_here_stay_and_nothing_after_them_is_imported():
    found = deal(stage="Propose", amount="70", close="2026-12-31")
    with history.writing(by=None, source="page", at=moment(6, 1, 12)):
        Deal.objects.filter(pk=found.pk).update(amount=75)
    run = planned(
        "history",
        table(
            f"""
            OpportunityId | CreatedDate | StageName | Amount
            {ID} | 2026-02-01T09:00:00Z | Qualify | 50
            {ID} | 2026-07-01T09:00:00Z | Propose | 60
            """
        ),
    )

    assert counts(run) == {"change": 1, "refuse": 1}
    assert "only what lies before" in refusals(run)[0][2]


def test_an_unknown_deal_is_refused():
    run = planned(
        "history",
        table("OpportunityId | CreatedDate | StageName\nnone | 2026-02-01 | Qualify"),
    )

    assert refusals(run) == [(2, "OpportunityId", "No deal has this name.")]


def test_undoing_brings_the_former_versions_back():
    found = deal()
    before = list(
        DealVersion.objects.order_by("valid_from").values_list("valid_from", "stage", "amount")
    )
    run = imported("history", CHANGES)
    undone(run)

    assert run.state == "undone", run.failure
    after = DealVersion.objects.order_by("valid_from").values_list("valid_from", "stage", "amount")
    assert list(after) == before
    found.refresh_from_db()
    assert found.created_at == moment(1, 5, 0)
    history.check()
