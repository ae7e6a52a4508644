from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from org import access
from org.models.audit import AuditEntry
from org.models.territories import PersonTerritory, Territory, TerritoryPlacement
from org.services import places as territories
from org.services import trees
from tests.factories.org import TerritoryFactory
from tests.worlds import SalesTeam


def test_a_territory_is_made_renamed_and_moved(sales_team: SalesTeam) -> None:
    ada = sales_team.ada
    world = trees.create(Territory, by=ada, name="World")
    europe = trees.create(Territory, by=ada, name=" Europe ")

    trees.rename(europe, by=ada, name="EMEA")
    trees.move(europe, by=ada, parent=world)

    europe.refresh_from_db()
    assert (europe.name, europe.parent) == ("EMEA", world)
    assert AuditEntry.objects.about(europe).count() == 3
    assert TerritoryPlacement.objects.get(node=europe).valid_from == access.today()


def test_a_territory_does_not_lie_in_itself(sales_team: SalesTeam, monkeypatch) -> None:
    world = TerritoryFactory(name="World")
    europe = TerritoryFactory(name="Europe", parent=world)

    with pytest.raises(ValidationError) as refusal:
        trees.move(world, by=sales_team.ada, parent=europe)
    assert "cannot lie inside itself" in refusal.value.message_dict["parent"][0]
    monkeypatch.setattr(trees, "ids_below", lambda _: set())
    with pytest.raises(ValidationError):
        trees.move(world, by=sales_team.ada, parent=europe)

    assert Territory.objects.get(name="World").parent is None


@pytest.mark.parametrize("name", ["", "europe"])
def test_a_bad_name_is_refused(sales_team: SalesTeam, name: str) -> None:
    TerritoryFactory(name="Europe")

    with pytest.raises(ValidationError) as refusal:
        trees.create(Territory, by=sales_team.ada, name=name)

    assert "name" in refusal.value.message_dict


def test_only_admins_set_up_territories(sales_team: SalesTeam) -> None:
    europe = TerritoryFactory()

    with pytest.raises(PermissionDenied):
        trees.create(Territory, by=sales_team.dana, name="Mine")
    with pytest.raises(PermissionDenied):
        territories.assign_person(
            sales_team.rita, by=sales_team.mia, territory=europe, since=date(2026, 1, 1)
        )


def test_a_person_works_a_territory_once_at_a_time(sales_team: SalesTeam) -> None:
    europe, asia = TerritoryFactory(name="Europe"), TerritoryFactory(name="Asia")
    rita, ada = sales_team.rita, sales_team.ada
    row = territories.assign_person(
        rita, by=ada, territory=europe, since=date(2026, 1, 1), until=date(2026, 7, 1)
    )
    territories.assign_person(rita, by=ada, territory=asia, since=date(2026, 3, 1))

    with pytest.raises(ValidationError) as refusal:
        territories.assign_person(rita, by=ada, territory=europe, since=date(2026, 6, 30))
    assert refusal.value.message_dict["since"] == [
        "Rita Rep already works Europe from 2026-01-01 until 2026-07-01."
    ]
    territories.assign_person(rita, by=ada, territory=europe, since=date(2026, 7, 1))
    territories.end_assignment(row, by=ada, on=date(2026, 5, 1))

    assert list(
        PersonTerritory.objects.order_by("pk").values_list("territory__name", "valid_to")
    ) == [("Europe", date(2026, 5, 1)), ("Asia", None), ("Europe", None)]


def test_an_assignment_that_never_began_goes(sales_team: SalesTeam) -> None:
    row = territories.assign_person(
        sales_team.rita, by=sales_team.ada, territory=TerritoryFactory(), since=date(2027, 1, 1)
    )

    territories.end_assignment(row, by=sales_team.ada, on=date(2027, 1, 1))

    assert not PersonTerritory.objects.exists()


def test_an_assignment_that_cannot_be_is_refused(sales_team: SalesTeam) -> None:
    europe = TerritoryFactory(name="Europe")
    ada, day = sales_team.ada, date(2026, 1, 1)

    with pytest.raises(ValidationError, match="end comes after the start"):
        territories.assign_person(sales_team.rita, by=ada, territory=europe, since=day, until=day)
    with pytest.raises(ValidationError, match="Gus Gone left on"):
        territories.assign_person(sales_team.gus, by=ada, territory=europe, since=day)
    row = territories.assign_person(
        sales_team.rita, by=ada, territory=europe, since=day, until=date(2026, 2, 1)
    )
    with pytest.raises(ValidationError, match="already ended"):
        territories.end_assignment(row, by=ada, on=date(2026, 3, 1))


def test_a_territory_in_use_is_not_archived(sales_team: SalesTeam) -> None:
    ada = sales_team.ada
    world = TerritoryFactory(name="World")
    europe = TerritoryFactory(name="Europe", parent=world)
    row = territories.assign_person(
        sales_team.rita, by=ada, territory=europe, since=date(2026, 1, 1)
    )

    with pytest.raises(ValidationError, match="holds the territory Europe"):
        trees.archive(world, by=ada)
    with pytest.raises(ValidationError, match="Rita Rep works Europe"):
        trees.archive(europe, by=ada)
    territories.end_assignment(row, by=ada, on=date(2026, 2, 1))
    trees.archive(europe, by=ada)

    assert list(Territory.objects.live()) == [world]
    with pytest.raises(ValidationError, match="is archived"):
        territories.assign_person(sales_team.rita, by=ada, territory=europe, since=date(2026, 3, 1))
    trees.restore(europe, by=ada)
    assert Territory.objects.live().count() == 2
