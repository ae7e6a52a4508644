import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from org import access
from org.enums import Role
from org.models.audit import AuditEntry
from org.models.people import Person, ReportingLine
from org.services import people
from tests.factories.org import (
    PersonFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.worlds import SalesTeam


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def names(response) -> list[str]:
    return re.findall(r'<a href="/setup/people/\d+/">([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=rita", {"Rita Rep"}),
        ("?q=ron@example", {"Ron Rep"}),
        ("?role=recruiter", {"Rex Recruiter"}),
        ("?standing=left", {"Gus Gone", "Lou Leaver"}),
        ("?q=g&standing=all&role=rep", {"Stan Stranger", "Gus Gone", "Mia Manager"}),
        ("?q=nobody", set()),
    ],
)
def test_the_list_is_filtered(
    ada: Client, sales_team: SalesTeam, query: str, expected: set[str]
) -> None:
    assert set(names(ada.get(reverse("org:people") + query))) == expected


def test_a_team_holds_the_people_of_the_teams_in_it(ada: Client, sales_team: SalesTeam) -> None:
    found = names(ada.get(reverse("org:people"), {"team": sales_team.sales.pk}))

    assert set(found) == {
        "Dana Director",
        "Mia Manager",
        "Max Manager",
        "Rita Rep",
        "Ron Rep",
        "Rob Rep",
        "Rae Rep",
        "Fay Former",
        "Flo Future",
    }


def test_the_sign_in_filter_is_for_admins(ada: Client, sales_team: SalesTeam) -> None:
    sales_team.ron.set_password("a long enough password")
    sales_team.ron.save()
    sales_team.rob.set_password(None)
    sales_team.rob.save()
    Person.objects.filter(pk=sales_team.rae.pk).update(email=None)

    unset = ada.get(reverse("org:people"), {"sign_in": "unset"})
    without = ada.get(reverse("org:people"), {"sign_in": "none"})

    assert names(unset) == ["Rob Rep"]
    assert names(without) == ["Rae Rep"]
    ada.force_login(sales_team.mia)
    assert "Rita Rep" in names(ada.get(reverse("org:people"), {"sign_in": "unset"}))


def test_a_rep_finds_nobody_by_an_id_of_another_system(
    client: Client, sales_team: SalesTeam
) -> None:
    Person.objects.filter(pk=sales_team.ron.pk).update(external_id="005X9")
    client.force_login(sales_team.rita)

    assert names(client.get(reverse("org:people"), {"q": "005X9"})) == []


@pytest.mark.parametrize("people_count", [1, 3])
def test_the_list_asks_the_database_the_same_for_one_and_three(
    db: None, client: Client, django_assert_num_queries, people_count: int
) -> None:
    admin = PersonFactory(roles=[Role.ADMIN])
    for _ in range(people_count - 1):
        person = PersonFactory(roles=[Role.REP, Role.MANAGER])
        ReportingLineFactory(person=person, manager=admin)
        TeamMembershipFactory(person=person)
    client.force_login(admin)
    client.get(reverse("org:people"))

    with django_assert_num_queries(5):
        response = client.get(reverse("org:people"))

    assert len(names(response)) == people_count


def test_the_download_holds_what_the_filter_says(ada: Client, sales_team: SalesTeam) -> None:
    response = ada.get(reverse("org:people-file"), {"role": "manager", "sort": "-name"})

    rows = b"".join(response.streaming_content).decode().splitlines()
    assert rows[0].lstrip("\ufeff").startswith("Name,Job title,Team,Reports to,Roles,E-mail")
    assert [row.split(",")[0] for row in rows[1:]] == [
        "Mia Manager",
        "Max Manager",
        "Dana Director",
    ]


def test_a_person_is_added_with_place_and_invitation(ada: Client, sales_team: SalesTeam) -> None:
    response = ada.post(
        reverse("org:person-new"),
        {
            "full_name": "Nia New",
            "email": "nia@example.com",
            "invite": "on",
            "started_on": "2026-03-02",
            "roles": ["rep"],
            "manager": sales_team.mia.pk,
            "team": sales_team.north.pk,
        },
    )

    nia = Person.objects.get(email="nia@example.com")
    assert response.url == nia.get_absolute_url()
    line = ReportingLine.objects.get(person=nia)
    assert (line.manager, line.valid_from) == (sales_team.mia, date(2026, 3, 2))
    assert nia.memberships.get().team == sales_team.north
    assert mail.outbox[0].to == ["nia@example.com"]
    assert "/auth/password/reset/" in mail.outbox[0].body


def test_adding_is_all_or_nothing(ada: Client, sales_team: SalesTeam) -> None:
    archived = TeamFactory(archived_at="2026-01-01T00:00Z")
    before = Person.objects.count()

    for data in (
        {"full_name": "Nia", "team": archived.pk, "started_on": "2026-03-02"},
        {"full_name": "Nia", "team": sales_team.north.pk},
        {"full_name": "", "email": "nia@example.com"},
        {"full_name": "Nia", "email": "rita@example.com", "started_on": "2026-03-02"},
    ):
        response = ada.post(reverse("org:person-new"), data)
        assert response.status_code == 400
        assert b"kit-field__errors" in response.content

    assert Person.objects.count() == before
    assert mail.outbox == []


def test_a_directory_page_shows_the_place_and_no_forms(
    client: Client, sales_team: SalesTeam
) -> None:
    client.force_login(sales_team.rob)

    body = client.get(sales_team.rita.get_absolute_url()).content.decode()

    assert "North" in body
    assert "Mia Manager" in body
    assert "Save roles" not in body
    assert "Sign-in" not in body


def test_an_admin_sees_the_history_of_lines_teams_and_roles(
    ada: Client, sales_team: SalesTeam
) -> None:
    people.report_to(
        sales_team.rita, by=sales_team.ada, manager=sales_team.max, since=date(2026, 6, 1)
    )
    people.set_roles(sales_team.rita, by=sales_team.ada, roles=[Role.REP, Role.RECRUITER])

    body = ada.get(sales_team.rita.get_absolute_url()).content.decode()

    assert "from 1 Jan 2020 until 1 Jun 2026" in " ".join(body.split())
    assert "from 1 Jun 2026" in body
    assert "Rep, Recruiter" in body
    assert "by Ada Admin" in body


def test_a_move_is_saved_from_the_page(ada: Client, sales_team: SalesTeam) -> None:
    url = reverse("org:person-line", args=[sales_team.rita.pk])

    response = ada.post(url, {"manager": sales_team.max.pk, "since": "2026-06-01"}, follow=True)

    assert "The reporting line is saved." in response.content.decode()
    assert ReportingLine.objects.filter(person=sales_team.rita, manager=sales_team.max).exists()


def test_a_refused_move_says_why_and_keeps_what_was_typed(
    ada: Client, sales_team: SalesTeam
) -> None:
    url = reverse("org:person-line", args=[sales_team.dana.pk])

    response = ada.post(url, {"manager": sales_team.mia.pk, "since": "2026-06-01"})

    body = response.content.decode()
    assert response.status_code == 400
    assert "Mia Manager reports to Dana Director" in body
    assert 'value="2026-06-01"' in body
    assert not ReportingLine.objects.filter(person=sales_team.dana).exists()


def test_a_manager_leaves_and_the_page_asks_who_takes_over(
    ada: Client, sales_team: SalesTeam
) -> None:
    url = reverse("org:person-leave", args=[sales_team.mia.pk])
    today = access.today().isoformat()

    refused = ada.post(url, {"on": today})
    done = ada.post(url, {"on": today, "successor": sales_team.dana.pk}, follow=True)

    assert "Choose who takes them over" in refused.content.decode()
    assert "Reactivate Mia Manager" in done.content.decode()
    assert not Person.objects.get(pk=sales_team.mia.pk).is_active


def test_a_day_to_come_is_refused_for_leaving(ada: Client, sales_team: SalesTeam) -> None:
    tomorrow = access.today() + timedelta(days=1)

    response = ada.post(
        reverse("org:person-leave", args=[sales_team.rita.pk]), {"on": tomorrow.isoformat()}
    )

    assert "today or an earlier day" in response.content.decode()
    assert Person.objects.get(pk=sales_team.rita.pk).is_active


def test_a_password_link_is_sent_and_logged(ada: Client, sales_team: SalesTeam) -> None:
    ada.post(reverse("org:person-password-link", args=[sales_team.rita.pk]))

    assert mail.outbox[0].to == ["rita@example.com"]
    assert AuditEntry.objects.about(sales_team.rita).get().action == "person.password_link"


def test_no_link_goes_to_who_cannot_sign_in(ada: Client, sales_team: SalesTeam) -> None:
    response = ada.post(reverse("org:person-password-link", args=[sales_team.gus.pk]), follow=True)

    assert "Gus Gone cannot sign in" in response.content.decode()
    assert mail.outbox == []


def test_signing_out_everywhere_ends_the_sessions(ada: Client, sales_team: SalesTeam) -> None:
    phone = Client()
    phone.force_login(sales_team.rita)

    ada.post(reverse("org:person-sign-out", args=[sales_team.rita.pk]))

    assert phone.get(reverse("org:people")).status_code == 302


def test_an_admin_who_changes_their_own_address_stays_signed_in(
    ada: Client, sales_team: SalesTeam
) -> None:
    response = ada.post(
        reverse("org:person-edit", args=[sales_team.ada.pk]),
        {"full_name": "Ada Admin", "email": "ada.new@example.com"},
        follow=True,
    )

    assert "Saved." in response.content.decode()


def test_the_own_page_of_an_admin_has_no_forms_of_standing(
    ada: Client, sales_team: SalesTeam
) -> None:
    body = ada.get(sales_team.ada.get_absolute_url()).content.decode()

    assert "Nobody changes their own roles" in body
    assert "Deactivate" not in body
