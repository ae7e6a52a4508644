from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from org import access
from org.metrics import BEGINNING
from org.models.audit import AuditEntry
from org.models.teams import Team, TeamPlacement
from org.models.trees import read_tree
from org.services import trees
from tests.factories.org import TeamFactory
from tests.worlds import SalesTeam


def test_a_team_is_made_renamed_and_moved(sales_team: SalesTeam) -> None:
    ada = sales_team.ada

    east = trees.create(Team, by=ada, name=" East ", parent=sales_team.sales)
    trees.rename(east, by=ada, name="Far East")
    trees.move(east, by=ada, parent=sales_team.north)

    east.refresh_from_db()
    assert (east.name, east.parent) == ("Far East", sales_team.north)
    assert list(AuditEntry.objects.about(east).values_list("action", "changes")) == [
        ("team.move", {"parent": ["Sales", "North"], "since": [None, str(access.today())]}),
        ("team.rename", {"name": ["East", "Far East"]}),
        ("team.create", {"parent": [None, "Sales"]}),
    ]


def test_only_admins_set_up_teams(sales_team: SalesTeam) -> None:
    for actor in (sales_team.dana, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            trees.create(Team, by=actor, name="Mine")
        with pytest.raises(PermissionDenied):
            trees.archive(sales_team.north, by=actor)


@pytest.mark.parametrize(("name", "words"), [(" ", "Give the team a name"), ("NORTH", "already")])
def test_a_bad_name_is_refused(sales_team: SalesTeam, name: str, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        trees.create(Team, by=sales_team.ada, name=name)
    assert words in refusal.value.message_dict["name"][0]
    with pytest.raises(ValidationError):
        trees.rename(sales_team.south, by=sales_team.ada, name=name)

    assert Team.objects.count() == 3
    assert Team.objects.get(pk=sales_team.south.pk).name == "South"


def test_a_team_does_not_move_into_itself_or_below(sales_team: SalesTeam, monkeypatch) -> None:
    deep = TeamFactory(parent=sales_team.north)

    for parent in (sales_team.sales, sales_team.north, deep):
        with pytest.raises(ValidationError) as refusal:
            trees.move(sales_team.sales, by=sales_team.ada, parent=parent)
        assert "cannot lie inside itself" in refusal.value.message_dict["parent"][0]

    # As when another move lands between the check and the write: the database refuses alike.
    monkeypatch.setattr(trees, "ids_below", lambda _: set())
    with pytest.raises(ValidationError) as refusal:
        trees.move(sales_team.sales, by=sales_team.ada, parent=deep)
    assert "cannot lie inside itself" in refusal.value.message_dict["parent"][0]
    assert Team.objects.get(pk=sales_team.sales.pk).parent is None


def test_a_team_with_people_or_teams_is_not_archived(sales_team: SalesTeam) -> None:
    with pytest.raises(ValidationError, match="holds the team North"):
        trees.archive(sales_team.sales, by=sales_team.ada)
    with pytest.raises(ValidationError, match=r"North has \d people in it"):
        trees.archive(sales_team.north, by=sales_team.ada)

    assert Team.objects.live().count() == 3


def test_an_empty_team_is_archived_and_restored(sales_team: SalesTeam) -> None:
    empty = TeamFactory(name="Empty", parent=sales_team.north)

    trees.archive(empty, by=sales_team.ada)
    trees.archive(empty, by=sales_team.ada)

    assert empty not in Team.objects.live()
    with pytest.raises(ValidationError, match="is archived"):
        trees.create(Team, by=sales_team.ada, name="Child", parent=empty)
    trees.restore(empty, by=sales_team.ada)
    assert empty in Team.objects.live()
    assert AuditEntry.objects.about(empty).count() == 2


def places(team: Team) -> list[tuple[str, date, date | None]]:
    rows = TeamPlacement.objects.filter(node=team).order_by("valid_from")
    return list(rows.values_list("parent__name", "valid_from", "valid_to"))


def test_a_move_leaves_the_days_before_as_they_were(sales_team: SalesTeam) -> None:
    east = trees.create(Team, by=sales_team.ada, name="East", parent=sales_team.sales)
    spring, summer = date(2026, 3, 1), date(2026, 6, 1)

    trees.move(east, by=sales_team.ada, parent=sales_team.north, since=spring)
    trees.move(east, by=sales_team.ada, parent=None, since=summer)

    assert places(east) == [("Sales", BEGINNING, spring), ("North", spring, summer)]
    assert Team.objects.get(pk=east.pk).parent is None
    tree = read_tree(TeamPlacement)
    on = {day: east.pk in tree.inside(sales_team.north.pk, day) for day in (spring, summer)}
    assert on == {spring: True, summer: False}


def test_an_earlier_day_takes_the_place_of_what_was_recorded_since(sales_team: SalesTeam) -> None:
    east = trees.create(Team, by=sales_team.ada, name="East", parent=sales_team.sales)
    trees.move(east, by=sales_team.ada, parent=sales_team.north, since=date(2026, 3, 1))

    trees.move(east, by=sales_team.ada, parent=sales_team.south, since=date(2026, 2, 1))

    assert places(east) == [
        ("Sales", BEGINNING, date(2026, 2, 1)),
        ("South", date(2026, 2, 1), None),
    ]


def test_the_same_place_again_changes_nothing(sales_team: SalesTeam) -> None:
    before = places(sales_team.north)

    trees.move(sales_team.north, by=sales_team.ada, parent=sales_team.sales)

    assert places(sales_team.north) == before
    assert not AuditEntry.objects.about(sales_team.north).exists()


def test_nothing_moves_in_the_future(
    sales_team: SalesTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = access.today() + timedelta(days=5)
    for _ in range(2):
        with pytest.raises(ValidationError, match="today or an earlier day"):
            trees.move(sales_team.north, by=sales_team.ada, parent=None, since=later)
        # The second time the database alone holds it.
        monkeypatch.setattr(access, "today", lambda: date(2199, 1, 1))


def test_a_circle_on_some_past_day_is_refused(sales_team: SalesTeam) -> None:
    """North lay in Sales until today; Sales cannot have lain in North before."""
    trees.move(sales_team.north, by=sales_team.ada, parent=None)

    with pytest.raises(ValidationError, match="inside itself"):
        trees.move(
            sales_team.sales, by=sales_team.ada, parent=sales_team.north, since=date(2026, 1, 1)
        )
    trees.move(sales_team.sales, by=sales_team.ada, parent=sales_team.north)


def test_plain_sql_keeps_the_past_too(sales_team: SalesTeam) -> None:
    Team.objects.filter(pk=sales_team.north.pk).update(parent=None, parent_since=date(2026, 5, 1))

    assert places(sales_team.north) == [("Sales", BEGINNING, date(2026, 5, 1))]
