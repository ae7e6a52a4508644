"""Pages of a long list by account, owner or stage, against a plain sort in Python."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics.deals.reports import deals as reports
from org import access
from pipeline.deals.models import Deal
from pipeline.deals.reports.order import grouped_page
from pipeline.deals.reports.selection import DealSelection
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.worlds import SalesTeam

pytestmark = pytest.mark.django_db

SELECTIONS = [
    (DealSelection(), 11),
    (DealSelection(status="open"), 9),
    (DealSelection(status="closed"), 2),
    (DealSelection(status="lost"), 1),
    (DealSelection(text="deal"), 11),
    (DealSelection(text="nothing"), 0),
]
KEYS: dict[str, Any] = {
    "account__name": lambda deal: (deal.account is None, deal.account.name if deal.account else ""),
    "owner__full_name": lambda deal: deal.owner.full_name,
    "stage__order": lambda deal: deal.stage.order,
}


@pytest.fixture
def deals(sales_team: SalesTeam) -> SimpleNamespace:
    """Eleven deals of three people of Mia's with and without accounts, and one of a stranger's."""
    accounts = [AccountFactory(name=name) for name in ("Zeiss", "Acme", "Lumen")]
    stages = [StageFactory(propose=True), StageFactory()]
    for number, place in enumerate((0, 1, 2, None, 1, None, 0, None, 2)):
        DealFactory(
            name=f"Deal {number}",
            owner=(sales_team.ron, sales_team.rita, sales_team.mia)[number % 3],
            account=None if place is None else accounts[place],
            stage=stages[number % 2],
        )
    DealFactory(name="Deal won", owner=sales_team.ron, stage=StageFactory(won=True))
    lost = StageFactory(lost=True)
    DealFactory(name="Deal lost", owner=sales_team.mia, stage=lost, account=accounts[1])
    DealFactory(name="Deal of a stranger", owner=sales_team.rob, account=accounts[1])
    return SimpleNamespace(viewer=sales_team.mia)


@pytest.mark.parametrize(("selection", "count"), SELECTIONS, ids=str)
@pytest.mark.parametrize("field", KEYS)
@pytest.mark.parametrize("descending", [False, True], ids=["rising", "falling"])
def test_every_page_is_that_of_a_plain_sort(
    deals: SimpleNamespace, *, selection: DealSelection, count: int, field: str, descending: bool
) -> None:
    now = datetime.now(UTC)
    rows = selection.rows(moment=now, day=access.today()).visible_to(deals.viewer)
    whole = sorted(rows, key=lambda deal: (KEYS[field](deal), deal.pk), reverse=descending)
    assert len(whole) == count

    for size in (1, 2, 4, 20):
        for start in range(0, 14, size):
            page = grouped_page(
                rows, selection, field=field, descending=descending, start=start, stop=start + size
            )
            assert page == whole[start : start + size]


@pytest.mark.parametrize("sort", ["account", "-account", "owner", "-owner", "stage", "-stage"])
def test_a_long_list_reads_as_a_short_one(
    deals: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    client.force_login(deals.viewer, backend="org.backends.SessionBackend")

    def shown() -> list[Deal]:
        page = client.get(reverse("analytics:deals"), {"sort": sort, "exact": 1})
        return list(page.context["found"].page.rows)

    short = shown()
    monkeypatch.setattr(reports, "COUNT_CAP", 10)

    assert len(short) == 11
    assert shown() == short[:10] + short[10:]
