import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from org.models.audit import AuditEntry
from org.models.teams import Team
from org.services import teams
from tests.factories.org import TeamFactory
from tests.worlds import SalesTeam


def test_a_team_is_made_renamed_and_moved(sales_team: SalesTeam) -> None:
    ada = sales_team.ada

    east = teams.create_team(by=ada, name=" East ", parent=sales_team.sales)
    teams.rename(east, by=ada, name="Far East")
    teams.move_team(east, by=ada, parent=sales_team.north)

    east.refresh_from_db()
    assert (east.name, east.parent) == ("Far East", sales_team.north)
    assert list(AuditEntry.objects.about(east).values_list("action", "changes")) == [
        ("team.move", {"parent": ["Sales", "North"]}),
        ("team.rename", {"name": ["East", "Far East"]}),
        ("team.create", {"parent": [None, "Sales"]}),
    ]


def test_only_admins_set_up_teams(sales_team: SalesTeam) -> None:
    for actor in (sales_team.dana, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            teams.create_team(by=actor, name="Mine")
        with pytest.raises(PermissionDenied):
            teams.archive_team(sales_team.north, by=actor)


@pytest.mark.parametrize(("name", "words"), [(" ", "Give the team a name"), ("NORTH", "already")])
def test_a_bad_name_is_refused(sales_team: SalesTeam, name: str, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        teams.create_team(by=sales_team.ada, name=name)
    assert words in refusal.value.message_dict["name"][0]
    with pytest.raises(ValidationError):
        teams.rename(sales_team.south, by=sales_team.ada, name=name)

    assert Team.objects.count() == 3
    assert Team.objects.get(pk=sales_team.south.pk).name == "South"


def test_a_team_does_not_move_into_itself_or_below(sales_team: SalesTeam, monkeypatch) -> None:
    deep = TeamFactory(parent=sales_team.north)

    for parent in (sales_team.sales, sales_team.north, deep):
        with pytest.raises(ValidationError) as refusal:
            teams.move_team(sales_team.sales, by=sales_team.ada, parent=parent)
        assert "cannot lie inside itself" in refusal.value.message_dict["parent"][0]

    # As when another move lands between the check and the write: the database refuses alike.
    monkeypatch.setattr(teams, "team_ids_below", lambda _: set())
    with pytest.raises(ValidationError) as refusal:
        teams.move_team(sales_team.sales, by=sales_team.ada, parent=deep)
    assert "cannot lie inside itself" in refusal.value.message_dict["parent"][0]
    assert Team.objects.get(pk=sales_team.sales.pk).parent is None


def test_a_team_with_people_or_teams_is_not_archived(sales_team: SalesTeam) -> None:
    with pytest.raises(ValidationError, match="holds the team North"):
        teams.archive_team(sales_team.sales, by=sales_team.ada)
    with pytest.raises(ValidationError, match=r"North has \d people in it"):
        teams.archive_team(sales_team.north, by=sales_team.ada)

    assert Team.objects.live().count() == 3


def test_an_empty_team_is_archived_and_restored(sales_team: SalesTeam) -> None:
    empty = TeamFactory(name="Empty", parent=sales_team.north)

    teams.archive_team(empty, by=sales_team.ada)
    teams.archive_team(empty, by=sales_team.ada)

    assert empty not in Team.objects.live()
    with pytest.raises(ValidationError, match="is archived"):
        teams.create_team(by=sales_team.ada, name="Child", parent=empty)
    teams.restore_team(empty, by=sales_team.ada)
    assert empty in Team.objects.live()
    assert AuditEntry.objects.about(empty).count() == 2
