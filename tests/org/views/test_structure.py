import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory
from org.reports.set_up import depth_first, team_tree
from org.services import places as territories
from tests.factories.org import PersonFactory, TeamFactory, TeamMembershipFactory, TerritoryFactory
from tests.worlds import SalesTeam


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_tree_is_listed_parents_first_and_orphans_at_the_top() -> None:
    a, b, c = Team(pk=1, name="A"), Team(pk=2, name="B", parent_id=1), Team(pk=3, name="C")
    orphan = Team(pk=4, name="D", parent_id=99)

    found = [(node.name, depth) for node, depth in depth_first([a, b, c, orphan])]

    assert found == [("A", 0), ("B", 1), ("C", 0), ("D", 0)]


def test_a_team_counts_its_own_people_and_those_inside_once(sales_team: SalesTeam) -> None:
    rows = {row.node.name: row for row in team_tree(day=date(2026, 1, 1), archived=False)}

    # Fay and Flo stand on one side or the other of a move around today; on this day of the past
    # Fay was in North and Flo in South; Lou had not left.
    assert (rows["North"].people, rows["North"].people_below) == (5, 5)
    assert (rows["South"].people, rows["South"].people_below) == (4, 4)
    assert (rows["Sales"].people, rows["Sales"].people_below) == (1, 10)
    assert [lead.full_name for lead in rows["North"].leads] == ["Mia Manager"]


@pytest.mark.parametrize("teams", [1, 3])
def test_the_tree_asks_the_database_the_same_for_one_and_three(
    ada: Client, django_assert_num_queries, teams: int
) -> None:
    Team.objects.filter(parent__isnull=False).update(parent=None)
    TeamMembership.objects.all().delete()
    Team.objects.all().delete()
    for _ in range(teams):
        TeamMembershipFactory(is_lead=True)
    ada.get(reverse("org:teams"))

    with django_assert_num_queries(4):
        response = ada.get(reverse("org:teams"))

    assert response.content.decode().count("org-tree--0") == teams


def test_without_teams_the_page_says_what_to_do(ada: Client) -> None:
    TeamMembership.objects.all().delete()
    Team.objects.filter(parent__isnull=False).delete()
    Team.objects.all().delete()

    body = ada.get(reverse("org:teams")).content.decode()

    assert "No teams yet." in body
    assert f'href="{reverse("org:team-new")}"' in body


def test_people_are_pasted_into_a_team(ada: Client, sales_team: SalesTeam) -> None:
    ada.post(
        reverse("org:team-members", args=[sales_team.north.pk]),
        {"people": "Rob Rep\n RAE@example.com \n\nStan Stranger", "since": "2026-05-01"},
    )

    joined = TeamMembership.objects.filter(team=sales_team.north, valid_from=date(2026, 5, 1))
    assert {row.person.full_name for row in joined} == {"Rob Rep", "Rae Rep", "Stan Stranger"}


def test_a_pasted_name_that_fits_nobody_or_several_is_refused_by_line(
    ada: Client, sales_team: SalesTeam
) -> None:
    PersonFactory(full_name="Rob Rep")
    before = TeamMembership.objects.count()

    response = ada.post(
        reverse("org:team-members", args=[sales_team.north.pk]),
        {"people": "Rae Rep\nRob Rep\nGus Gone\nNobody", "since": "2026-05-01"},
    )

    text = words(response)
    assert "Line 2: several people are called “Rob Rep”. Use the e-mail address." in text
    assert "Line 3: nobody here is called “Gus Gone”." in text
    assert "Line 4: nobody here is called “Nobody”." in text
    assert TeamMembership.objects.count() == before


def test_a_team_is_made_renamed_and_archived_from_its_pages(
    ada: Client, sales_team: SalesTeam
) -> None:
    made = ada.post(
        reverse("org:team-new"), {"name": "East", "parent": sales_team.sales.pk}, follow=True
    )
    east = Team.objects.get(name="East")
    assert "East is there. Now say who is in it." in words(made)

    ada.post(reverse("org:team-edit", args=[east.pk]), {"name": "Far East", "parent": ""})
    archived = ada.post(reverse("org:team-archive", args=[east.pk]), follow=True)

    assert "Far East is archived" in words(archived)
    assert "Far East" not in words(ada.get(reverse("org:teams")))
    assert "Far East" in words(ada.get(reverse("org:teams"), {"archived": "on"}))
    ada.post(reverse("org:team-restore", args=[east.pk]))
    assert "Far East" in words(ada.get(reverse("org:teams")))


def test_a_team_moves_as_of_the_day_that_is_said(ada: Client, sales_team: SalesTeam) -> None:
    url, asked = reverse("org:team-edit", args=[sales_team.north.pk]), {"name": "North"}

    refused = ada.post(url, asked | {"parent": "", "since": "2199-01-01"})
    moved = ada.post(url, asked | {"parent": "", "since": "2026-03-01"}, follow=True)

    assert refused.status_code == 400
    assert "Choose today or an earlier day." in words(refused)
    assert "Where it lay In Sales until 1 Mar 2026" in words(moved)


def test_a_team_in_use_says_why_it_is_not_archived(ada: Client, sales_team: SalesTeam) -> None:
    response = ada.post(reverse("org:team-archive", args=[sales_team.sales.pk]), follow=True)

    assert "Sales holds the team" in words(response)


def test_a_parent_inside_the_team_is_no_choice(ada: Client, sales_team: SalesTeam) -> None:
    response = ada.post(
        reverse("org:team-edit", args=[sales_team.sales.pk]),
        {"name": "Sales", "parent": sales_team.north.pk},
    )

    assert response.status_code == 400
    assert Team.objects.get(pk=sales_team.sales.pk).parent is None


def test_territories_have_their_tree_and_their_people(ada: Client, sales_team: SalesTeam) -> None:
    ada.post(reverse("org:territory-new"), {"name": "Europe"})
    europe = Territory.objects.get()
    ada.post(reverse("org:territory-new"), {"name": "Nordics", "parent": europe.pk})
    ada.post(
        reverse("org:territory-people", args=[europe.pk]),
        {"people": "Rita Rep\nRon Rep", "since": "2026-01-01"},
    )
    row = PersonTerritory.objects.get(person=sales_team.ron)
    ada.post(reverse("org:territory-end", args=[europe.pk, row.pk]), {"on": "2026-02-01"})

    page = words(ada.get(reverse("org:territory", args=[europe.pk])))

    assert "Rita Rep from 1 Jan 2026" in page
    assert "Worked it Ron Rep from 1 Jan 2026 until 1 Feb 2026" in page
    assert "Territories inside Nordics" in page


def test_an_end_that_cannot_be_is_said(ada: Client, sales_team: SalesTeam) -> None:
    europe = TerritoryFactory(name="Europe")
    row = territories.assign_person(
        sales_team.rita,
        by=None,
        territory=europe,
        since=date(2026, 1, 1),
        until=date(2026, 2, 1),
    )
    url = reverse("org:territory-end", args=[europe.pk, row.pk])

    assert "already ended" in words(ada.post(url, {"on": "2026-03-01"}, follow=True))
    assert "Give the day" in words(ada.post(url, {"on": ""}, follow=True))


def test_an_assignment_is_found_under_its_own_territory_alone(
    ada: Client, sales_team: SalesTeam
) -> None:
    europe, asia = TerritoryFactory(), TerritoryFactory()
    row = territories.assign_person(
        sales_team.rita, by=None, territory=europe, since=date(2026, 1, 1)
    )

    response = ada.post(reverse("org:territory-end", args=[asia.pk, row.pk]), {"on": "2026-02-01"})

    assert response.status_code == 404
    row.refresh_from_db()
    assert row.valid_to is None


def test_a_team_page_lists_who_comes_and_who_was(ada: Client, sales_team: SalesTeam) -> None:
    page = words(ada.get(reverse("org:team", args=[sales_team.north.pk])))

    assert "Coming Flo Future" in page
    assert "Were in it Fay Former" in page


def test_an_archived_team_takes_nobody_by_its_page(ada: Client) -> None:
    closed = TeamFactory(archived_at="2026-01-01T00:00Z")

    response = ada.post(
        reverse("org:team-members", args=[closed.pk]),
        {"people": "Rita Rep", "since": "2026-05-01"},
    )

    assert "is archived" in words(response)
