"""Accounts, activities, quotas and the directory."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from org.models.audit import AuditEntry
from org.models.calendar import FiscalPeriod
from org.models.quotas import Quota
from org.services import calendar, quotas
from pipeline.activities.models import Activity
from pipeline.customers.models import Account
from tests.api.conftest import program_of
from tests.factories.pipeline import AccountFactory, ActivityFactory, DealFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(sales_team):
    calendar.ensure_years(2026, 2026)
    return FiscalPeriod.objects.get(kind="year", start_on=date(2026, 1, 1))


def test_an_account_is_created_and_changed_with_what_was_seen(sales_team, rita):
    made = rita.post("accounts", {"name": "Acme", "employees": 5, "annual_revenue": "10.50"})
    pk = made.json()["id"]

    changed = rita.patch("account", {"name": "Acme Ltd", "seen": {"name": "Acme"}}, pk)
    late = rita.patch("account", {"name": "Acme Inc", "seen": {"name": "Acme"}}, pk)

    assert (made.status_code, made.json()["annual_revenue"]) == (201, "10.50")
    assert (changed.status_code, changed.json()["name"]) == (200, "Acme Ltd")
    assert late.status_code == 409
    assert late.json()["differences"] == {"name": {"current": "Acme Ltd", "attempted": "Acme Inc"}}
    assert Account.objects.get().name == "Acme Ltd"
    assert AuditEntry.objects.filter(action="account.edit", actor=sales_team.rita).count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "New", "seen": {}}, "seen"),
        ({"name": "New"}, "seen"),
        ({"name": "New", "seen": {"nome": "x"}}, "seen.nome"),
        ({"employees": -1, "seen": {"employees": None}}, "employees"),
        ({"owner": 987_654_321, "seen": {"owner": None}}, "owner"),
    ],
)
def test_an_account_is_not_changed_blindly(rita, body, field):
    account = AccountFactory(name="Acme")

    answer = rita.patch("account", body, account.pk)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    account.refresh_from_db()
    assert account.name == "Acme"


def test_accounts_are_found_by_words_and_ids(rita):
    acme = AccountFactory(name="Acme Optics", external_id="A-1")
    AccountFactory(name="Zenith")

    def found(**query):
        return [row["id"] for row in rita.get("accounts", **query).json()["results"]]

    assert found(text="opt ac") == found(external_id="A-1") == [acme.pk]
    assert rita.post("account-archive", pk=acme.pk).status_code == 200
    assert found(text="opt") == []
    assert found(archived="true") == [acme.pk]
    assert rita.post("account-restore", {"why": "x"}, pk=acme.pk).json()["fields"].keys() == {"why"}


def test_an_activity_is_logged_listed_and_taken_back(sales_team, rita):
    deal = DealFactory(owner=sales_team.rita, account=AccountFactory())
    ActivityFactory(person=sales_team.rob)

    made = rita.post(
        "activities",
        {
            "kind": "call",
            "subject": "Price",
            "occurred_at": "2026-01-05T10:00:00+01:00",
            "deal": deal.pk,
            "direction": "out",
            "minutes": 25,
        },
    )

    body = made.json()
    assert made.status_code == 201
    assert (body["direction"], body["minutes"]) == ("out", 25)
    assert rita.post("activities", {"direction": "up"}).json()["fields"].keys() >= {"direction"}
    assert (body["occurred_at"], body["account"], body["person"]) == (
        "2026-01-05T09:00:00Z",
        deal.account_id,
        sales_team.rita.pk,
    )
    assert [row["id"] for row in rita.get("activities").json()["results"]] == [body["id"]]
    before = rita.get("activities", occurred_to="2026-01-05T09:00:00Z").json()["results"]
    assert before == []
    rita.post("activity-archive", pk=body["id"])
    assert rita.get("activities").json()["results"] == []
    assert Activity.objects.get(pk=body["id"]).archived_at is not None


def test_a_quota_is_set_with_its_reason_and_read_as_it_stood(sales_team, mia, rita, year):
    body = {
        "person": sales_team.rita.pk,
        "measure": "bookings",
        "period": year.pk,
        "target": "1000.00",
        "reason": "Plan",
    }

    first = mia.post("quotas", body)
    again = mia.post("quotas", body)
    raised = mia.post("quotas", body | {"target": "1200.00", "reason": "Market"})

    assert [answer.status_code for answer in (first, again, raised)] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"]
    assert [row["target"] for row in rita.get("quotas").json()["results"]] == ["1200.00"]
    history = rita.get("quotas", history="true").json()["results"]
    assert [row["reason"] for row in history] == ["Market", "Plan"]
    assert rita.get("quotas", as_of="2025-01-01").json()["results"] == []


def test_quotas_are_cut_into_pages_by_subject_not_by_version(sales_team, mia, year):
    for name in ("rita", "ron"):
        for target in ("10", "20"):
            mia.post(
                "quotas",
                {
                    "person": getattr(sales_team, name).pk,
                    "measure": "bookings",
                    "period": year.pk,
                    "target": target,
                    "reason": "Plan",
                },
            )

    first = mia.get("quotas", page_size=1).json()
    cursor = first["next"].split("cursor=")[1].split("&")[0].replace("%3A", ":")
    second = mia.get("quotas", page_size=1, cursor=cursor).json()

    rows = first["results"] + second["results"]
    assert [(row["person"], row["target"]) for row in rows] == [
        (sales_team.ron.pk, "20.00"),
        (sales_team.rita.pk, "20.00"),
    ]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": "0"}, "target"),
        ({"target": "1.005"}, "target"),
        ({"target": None}, "target"),
        ({"reason": " "}, "reason"),
        ({"measure": "calls"}, "measure"),
        ({"measure": "deals_won", "target": "1.50"}, "target"),
    ],
)
def test_a_bad_quota_is_refused(sales_team, mia, year, change, field):
    body = {
        "person": sales_team.rita.pk,
        "measure": "bookings",
        "period": year.pk,
        "target": "1000.00",
        "reason": "Plan",
    }

    answer = mia.post("quotas", body | change)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Quota.objects.exists()


def test_nobody_sets_their_own_quota(sales_team, mia, year):
    answer = mia.post(
        "quotas",
        {
            "person": sales_team.mia.pk,
            "measure": "bookings",
            "period": year.pk,
            "target": "1.00",
            "reason": "Low",
        },
    )

    assert answer.status_code == 403
    assert not Quota.objects.exists()


def test_the_directory_holds_names_titles_and_teams_alone(sales_team, rita):
    rows = rita.get("people", text="Ron").json()["results"]

    assert rows == [
        {
            "id": sales_team.ron.pk,
            "full_name": "Ron Rep",
            "title": "",
            "is_active": True,
            "team": sales_team.north.pk,
        }
    ]


def test_me_says_who_and_by_what(sales_team, mia):
    body = mia.get("me").json()

    assert (body["id"], sorted(body["roles"]), body["scope"]) == (
        sales_team.mia.pk,
        ["manager", "rep"],
        "write",
    )


@pytest.mark.parametrize(
    "case",
    [
        ("accounts", lambda team: AccountFactory(owner=team.rita), 3),
        ("activities", lambda team: ActivityFactory(person=team.rita), 4),
        ("people", lambda _team: None, 5),
    ],
)
def test_shared_lists_ask_as_often_for_three_as_for_one(
    rita, case, sales_team, django_assert_num_queries
):
    name, make, queries = case
    make(sales_team)
    rita.get(name)
    with django_assert_num_queries(queries):
        rita.get(name, page_size=1)

    make(sales_team)
    make(sales_team)

    with django_assert_num_queries(queries):
        rita.get(name, page_size=3)


def test_quotas_ask_as_often_for_three_as_for_one(sales_team, year, django_assert_num_queries):
    ada = program_of(sales_team.ada)

    def set_for(person):
        quotas.set_quota(
            by=None,
            subject=person,
            measure="bookings",
            period=year,
            target=Decimal(10),
            reason="Plan",
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    set_for(sales_team.rita)
    ada.get("quotas")
    with django_assert_num_queries(3):
        assert len(ada.get("quotas").json()["results"]) == 1

    set_for(sales_team.ron)
    set_for(sales_team.rob)

    with django_assert_num_queries(3):
        assert len(ada.get("quotas").json()["results"]) == 3


def test_another_account_of_the_same_name_is_made_on_purpose(rita):
    bodies = [{"name": "Acme"}, {"name": "Acme"}, {"name": "Acme", "same_name_too": True}]

    answers = [rita.post("accounts", body) for body in bodies]

    assert [answer.status_code for answer in answers] == [201, 400, 201]
    assert list(answers[1].json()["fields"]) == ["name"]
    assert Account.objects.count() == 2


def test_what_is_wrong_with_no_single_field_is_told_as_a_message(sales_team, rita):
    account = AccountFactory()
    DealFactory(owner=sales_team.rita, account=account)

    answer = rita.post("account-archive", pk=account.pk)

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "invalid",
        "message": "Open deals are with this account; close or archive them first.",
    }
    account.refresh_from_db()
    assert account.archived_at is None


def test_a_change_of_nothing_is_refused(sales_team, rita):
    deal, account = DealFactory(owner=sales_team.rita), AccountFactory()

    for answer in (
        rita.patch("deal", {"version": 1}, deal.pk),
        rita.patch("account", {"seen": {}}, account.pk),
    ):
        assert answer.status_code == 400
        assert answer.json()["message"] == "Name at least one field to change."
    deal.refresh_from_db()
    assert deal.version == 1
