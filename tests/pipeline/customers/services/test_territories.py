from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from org.models.audit import AuditEntry
from org.services import trees
from pipeline.customers import services as territories
from pipeline.customers.models import AccountTerritory
from tests.factories.org import TerritoryFactory
from tests.factories.pipeline import AccountFactory
from tests.worlds import SalesTeam


def rows() -> list[tuple[str, date, date | None]]:
    return list(AccountTerritory.objects.values_list("territory__name", "valid_from", "valid_to"))


def test_an_account_moves_from_a_day_on_and_its_past_stays(sales_team: SalesTeam) -> None:
    north, south = TerritoryFactory(name="North"), TerritoryFactory(name="South")
    acme, ada = AccountFactory(), sales_team.ada

    territories.assign_account(acme, by=ada, territory=north, since=date(2026, 1, 1))
    territories.assign_account(acme, by=ada, territory=south, since=date(2026, 6, 1))
    territories.assign_account(acme, by=ada, territory=None, since=date(2026, 9, 1))
    territories.assign_account(acme, by=ada, territory=south, since=date(2026, 3, 1))

    assert rows() == [
        ("North", date(2026, 1, 1), date(2026, 3, 1)),
        ("South", date(2026, 3, 1), date(2026, 6, 1)),
        ("South", date(2026, 6, 1), date(2026, 9, 1)),
    ]
    entry = AuditEntry.objects.about(acme).first()
    assert entry.changes == {"territory": ["North", "South"], "since": [None, "2026-03-01"]}


def test_only_admins_assign_accounts(sales_team: SalesTeam) -> None:
    acme, north = AccountFactory(), TerritoryFactory()

    for actor in (sales_team.dana, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            territories.assign_account(acme, by=actor, territory=north, since=date(2026, 1, 1))

    assert rows() == []


def test_an_archived_territory_takes_no_account(sales_team: SalesTeam) -> None:
    gone = trees.archive(TerritoryFactory(), by=sales_team.ada)

    with pytest.raises(ValidationError) as refusal:
        territories.assign_account(
            AccountFactory(), by=sales_team.ada, territory=gone, since=date(2026, 1, 1)
        )

    assert "is archived" in refusal.value.message_dict["territory"][0]
    assert rows() == []
