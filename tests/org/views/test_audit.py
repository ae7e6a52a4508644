import re
from datetime import UTC, date, datetime

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from org import audit
from org.models.audit import AuditEntry
from org.services import people
from tests.factories.org import OrganisationFactory
from tests.worlds import SalesTeam


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def subjects(response) -> list[str]:
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [row[3].strip() for row in cells if row]


def test_a_deed_is_told_with_before_and_after(ada: Client, sales_team: SalesTeam) -> None:
    people.report_to(
        sales_team.rita, by=sales_team.ada, manager=sales_team.max, since=date(2026, 6, 1)
    )

    body = ada.get(reverse("org:audit")).content.decode()

    assert "Ada Admin" in body
    assert "person: report to" in body
    assert "manager: Mia Manager → Max Manager" in body
    assert "since: — → 2026-06-01" in body


def test_admins_see_all_deeds_and_others_their_own(ada: Client, sales_team: SalesTeam) -> None:
    for actor in (sales_team.ada, sales_team.mia, None):
        audit.record(actor, "test.deed", sales_team.rita, label=f"By {actor}")

    everything = subjects(ada.get(reverse("org:audit")))
    ada.force_login(sales_team.mia)
    own = subjects(ada.get(reverse("org:audit")))

    assert everything == ["By None", "By Mia Manager", "By Ada Admin"]
    assert own == ["By Mia Manager"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"actor": "mia"}, ["Second"]),
        ({"action": "deal.move"}, ["First"]),
        ({"about": "eco"}, ["Second"]),
        ({"since": "2026-03-02"}, ["Second"]),
        ({"until": "2026-03-01"}, ["First"]),
        ({"since": "2026-03-01", "until": "2026-03-02"}, ["Second", "First"]),
    ],
)
def test_the_log_is_filtered_by_days_of_the_organisation(
    ada: Client, sales_team: SalesTeam, query: dict, expected: list[str]
) -> None:
    OrganisationFactory()
    type(sales_team.organisation).objects.update(time_zone="America/New_York")
    for label, actor, action, at in (
        # 23:59 on 1 March and 00:01 on 2 March in New York.
        ("First", sales_team.ada, "deal.move", datetime(2026, 3, 2, 4, 59, tzinfo=UTC)),
        ("Second", sales_team.mia, "deal.edit", datetime(2026, 3, 2, 5, 1, tzinfo=UTC)),
    ):
        AuditEntry.objects.create(
            at=at, actor=actor, action=action, subject_type="x", subject_label=label
        )

    assert subjects(ada.get(reverse("org:audit"), query)) == expected


def test_a_link_leads_to_the_deeds_about_one_row(ada: Client, sales_team: SalesTeam) -> None:
    audit.record(None, "person.edit", sales_team.rita)
    audit.record(None, "person.edit", sales_team.ron)

    found = ada.get(reverse("org:audit"), {"subject": f"org.person:{sales_team.rita.pk}"})

    assert subjects(found) == ["Rita Rep"]


def test_the_download_is_guarded_against_formulas(ada: Client, sales_team: SalesTeam) -> None:
    audit.record(sales_team.ada, "test.deed", sales_team.rita, reason="=1+1")

    response = ada.get(reverse("org:audit-file"))

    assert ",'=1+1" in b"".join(response.streaming_content).decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_asks_the_database_the_same_for_one_and_three(
    ada: Client, sales_team: SalesTeam, django_assert_num_queries, rows: int
) -> None:
    for actor in [sales_team.ada, sales_team.mia, sales_team.rita][:rows]:
        audit.record(actor, "test.deed", sales_team.rita)
    ada.get(reverse("org:audit"))

    with django_assert_num_queries(5):
        response = ada.get(reverse("org:audit"))

    assert len(subjects(response)) == rows


def test_entries_are_never_changed_or_deleted(sales_team: SalesTeam) -> None:
    entry = audit.record(sales_team.ada, "test.deed", sales_team.rita)

    for deed in (entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            deed()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        AuditEntry.objects.update(reason="forged")
