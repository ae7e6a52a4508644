from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from org.models.audit import AuditEntry
from pipeline.deals.models import Deal, DealVersion
from pipeline.discipline.models import CriterionMet, StageOverride
from pipeline.discipline.services.setup import add_criterion, require_fields
from pipeline.lifecycle.services import edit_deal
from tests.factories.pipeline import AccountFactory, DealFactory

pytestmark = pytest.mark.django_db


def test_a_deal_is_created_by_the_service_with_its_history(sales_team, rita, stages):
    account = AccountFactory(name="Acme")

    answer = rita.post(
        "deals",
        {
            "name": "Microscopes",
            "stage": stages["Qualify"].pk,
            "account": account.pk,
            "amount": "1200.50",
            "expected_close_on": "2026-12-01",
            "source": "Fair",
        },
    )

    body = answer.json()
    deal = Deal.objects.get()
    version = deal.versions.get()
    assert answer.status_code == 201
    assert (body["id"], body["owner"], body["account_name"]) == (
        deal.pk,
        sales_team.rita.pk,
        "Acme",
    )
    assert (body["amount"], body["amount_base"], body["source"]) == ("1200.50", "1200.50", "Fair")
    assert (version.source, version.changed_by) == ("api", sales_team.rita)
    assert AuditEntry.objects.filter(action="deal.create", actor=sales_team.rita).exists()


def test_a_change_names_the_version_and_is_in_the_history(sales_team, rita, stages):
    deal = DealFactory(owner=sales_team.rita, amount=Decimal(10))

    answer = rita.patch("deal", {"version": 1, "amount": "12.00", "next_step": "Call"}, deal.pk)

    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["amount"]) == (2, "12.00")
    newest = DealVersion.objects.filter(deal=deal).latest("valid_from")
    assert (newest.source, newest.changed_by, newest.amount) == (
        "api",
        sales_team.rita,
        Decimal("12.00"),
    )


def test_who_is_slower_is_shown_both_values_and_writes_nothing(sales_team, rita):
    deal = DealFactory(owner=sales_team.rita, next_step="Call")
    edit_deal(
        deal,
        by=sales_team.mia,
        source="page",
        version=1,
        changes={"next_step": "Visit", "amount": Decimal(5)},
    )

    answer = rita.patch("deal", {"version": 1, "next_step": "Mail", "amount": "5.00"}, deal.pk)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "conflict",
        "message": "Somebody changed this in the meantime. Nothing was written.",
        "version": 2,
        "differences": {"next_step": {"current": "Visit", "attempted": "Mail"}},
    }
    deal.refresh_from_db()
    assert (deal.next_step, deal.version) == ("Visit", 2)


def test_a_lost_deal_says_why(sales_team, rita, stages):
    deal = DealFactory(owner=sales_team.rita)
    lost = stages["Lost"].pk

    silent = rita.post("deal-move", {"version": 1, "stage": lost}, deal.pk)
    said = rita.post("deal-move", {"version": 1, "stage": lost, "lost_reason": "price"}, deal.pk)

    assert (silent.status_code, list(silent.json()["fields"])) == (400, ["lost_reason"])
    assert (said.status_code, said.json()["status"]) == (200, "lost")


def test_archive_and_restore(sales_team, rita):
    deal = DealFactory(owner=sales_team.rita)

    archived = rita.post("deal-archive", {"version": 1}, deal.pk)
    listed = rita.get("deals").json()["results"]
    restored = rita.post("deal-restore", {"version": 2}, deal.pk)

    assert archived.json()["archived_at"] is not None
    assert listed == []
    assert restored.json()["archived_at"] is None
    assert [row["id"] for row in rita.get("deals").json()["results"]] == [deal.pk]


def test_a_deal_is_given_only_to_whom_one_sees(sales_team, mia, rita):
    deal = DealFactory(owner=sales_team.rita)

    given = mia.patch("deal", {"version": 1, "owner": sales_team.ron.pk}, deal.pk)
    hidden = mia.patch("deal", {"version": 2, "owner": sales_team.rob.pk}, deal.pk)
    missing = mia.patch("deal", {"version": 2, "owner": 987_654_321}, deal.pk)

    assert given.json()["owner"] == sales_team.ron.pk
    assert hidden.status_code == missing.status_code == 400
    assert hidden.content == missing.content
    assert rita.get("deal", deal.pk).status_code == 404


def test_deals_as_they_stood(sales_team, rita, stages):
    made = datetime(2026, 1, 5, 9, tzinfo=UTC)
    deal = DealFactory(owner=sales_team.rita, amount=Decimal(10), created_at=made)
    edit_deal(
        deal,
        by=sales_team.rita,
        source="page",
        version=1,
        changes={"amount": Decimal(20)},
        at=made + timedelta(days=10),
    )

    def amounts(day):
        rows = rita.get("deals", as_of=day).json()["results"]
        return [(row["id"], row["amount"], row["version"]) for row in rows]

    assert amounts("2026-01-04") == []
    assert amounts("2026-01-14") == [(deal.pk, "10.00", None)]
    assert amounts("2026-01-15") == [(deal.pk, "20.00", None)]
    now = rita.get("deals").json()["results"]
    assert [(row["amount"], row["version"]) for row in now] == [("20.00", 2)]


def test_a_day_to_come_has_no_deals_yet(rita):
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011 -- two days ahead in any zone

    answer = rita.get("deals", as_of=tomorrow.isoformat())

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["as_of"])


def test_the_history_of_a_deal(sales_team, rita):
    deal = DealFactory(owner=sales_team.rita, next_step="")
    rita.patch("deal", {"version": 1, "next_step": "Call"}, deal.pk)

    rows = rita.get("deal-history", deal.pk).json()["results"]

    assert [(row["next_step"], row["changed_through"]) for row in rows] == [
        ("", rows[0]["changed_through"]),
        ("Call", "api"),
    ]
    assert rows[0]["valid_to"] == rows[1]["valid_from"]
    assert rows[1]["valid_to"] is None


def test_filters_choose_what_they_say(sales_team, mia, stages):
    small = DealFactory(owner=sales_team.rita, amount=Decimal(5), name="Lenses")
    large = DealFactory(owner=sales_team.ron, amount=Decimal(500), stage=stages["Propose"])
    DealFactory(owner=sales_team.rob, name="Lenses of another team")

    def found(**query):
        return {row["id"] for row in mia.get("deals", **query).json()["results"]}

    assert found() == {small.pk, large.pk}
    assert found(owner=sales_team.ron.pk) == {large.pk}
    assert found(stage=stages["Propose"].pk) == {large.pk}
    assert found(amount_min="10") == {large.pk}
    assert found(text="lens") == {small.pk}
    assert found(team=sales_team.north.pk, status="open") == {small.pk, large.pk}
    assert found(status="closed") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"owner__email": "rita@example.com"},
        {"owner__password__startswith": "a"},
        {"name__regex": "."},
        {"account__deals__owner": "1"},
        {"ordering": "owner__password"},
        {"ordering": "-amount"},
        {"owner": "1_0"},
        {"owner": "9" * 30},
        {"overdue": "1"},
        {"page_size": "101"},
        {"page_size": "0"},
        {"cursor": "abc"},
        {"as_of": "01/02/2026"},
        {"amount_min": "1e5"},
    ],
)
def test_parameters_that_are_not_declared_are_refused(rita, query):
    answer = rita.get("deals", **query)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(query)


def test_a_parameter_is_given_once(rita):
    answer = rita.client.get(
        "/api/v1/deals/?status=won&status=lost",
        headers={"Authorization": f"Bearer {rita.secret}"},
    )

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["status"])


@pytest.mark.parametrize("ordering", ["-created_at", "created_at", "name", "-expected_close_on"])
def test_pages_stay_whole_while_rows_come_in(sales_team, rita, ordering):
    close = [None, date(2026, 5, 1), None, date(2026, 5, 1), date(2026, 6, 1)]
    first = [
        DealFactory(owner=sales_team.rita, expected_close_on=day, name="Same").pk for day in close
    ]

    seen, query = [], {"ordering": ordering, "page_size": 2}
    for _ in range(10):
        body = rita.get("deals", **query).json()
        seen += [row["id"] for row in body["results"]]
        DealFactory(owner=sales_team.rita, name="Same")
        DealFactory(owner=sales_team.rita, name="A", expected_close_on=date(2026, 12, 1))
        if body["next"] is None or set(first) <= set(seen):
            break
        query["cursor"] = body["next"].split("cursor=")[1].split("&")[0].replace("%3A", ":")

    assert set(first) <= set(seen)
    assert len(seen) == len(set(seen))


def test_pages_of_a_past_day(sales_team, rita):
    made = [
        DealFactory(owner=sales_team.rita, created_at=datetime(2026, 1, day, tzinfo=UTC)).pk
        for day in (3, 4, 5)
    ]

    first = rita.get("deals", as_of="2026-01-31", page_size=2).json()
    cursor = first["next"].split("cursor=")[1].split("&")[0].replace("%3A", ":")
    second = rita.get("deals", as_of="2026-01-31", page_size=2, cursor=cursor).json()

    ids = [row["id"] for body in (first, second) for row in body["results"]]
    assert ids == made[::-1]
    assert second["next"] is None


def test_a_cursor_belongs_to_its_ordering(sales_team, rita):
    for _ in range(3):
        DealFactory(owner=sales_team.rita)
    body = rita.get("deals", page_size=2).json()
    cursor = body["next"].split("cursor=")[1].split("&")[0].replace("%3A", ":")

    answer = rita.get("deals", page_size=2, ordering="name", cursor=cursor)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])


@pytest.mark.parametrize(("query", "queries"), [({}, 4), ({"as_of": "2026-02-01"}, 5)])
def test_a_list_asks_as_often_for_three_as_for_one(
    sales_team, rita, query, queries, django_assert_num_queries
):
    DealFactory(owner=sales_team.rita, account=AccountFactory())
    rita.get("deals", **query)
    with django_assert_num_queries(queries):
        assert len(rita.get("deals", **query).json()["results"]) == 1

    for owner in (sales_team.rita, sales_team.rita):
        DealFactory(owner=owner, account=AccountFactory())

    with django_assert_num_queries(queries):
        assert len(rita.get("deals", **query).json()["results"]) == 3


def test_a_move_names_what_the_exit_needs_and_takes_it(sales_team, rita, stages):
    criterion = add_criterion(stages["Qualify"], by=None, statement="Budget confirmed").criterion
    require_fields(stages["Qualify"], by=None, fields=["next_step"], at=datetime.now(UTC))
    deal = DealFactory(owner=sales_team.rita)
    body, name = {"version": 1, "stage": stages["Propose"].pk}, f"criterion_{criterion.pk}"

    silent = rita.post("deal-move", body, deal.pk)
    wrong = rita.post("deal-move", body | {"evidence": {"budget": "Mail"}}, deal.pk)
    given = {"evidence": {name: "E-mail of 3 March"}, "next_step": "Send the offer"}
    said = rita.post("deal-move", body | given, deal.pk)

    assert (silent.status_code, set(silent.json()["fields"])) == (400, {name, "next_step"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["evidence"])
    assert (said.status_code, said.json()["stage_name"]) == (200, "Propose")
    assert said.json()["next_step"] == "Send the offer"
    assert CriterionMet.objects.get().evidence == "E-mail of 3 March"


def test_a_move_is_overridden_with_a_reason(sales_team, rita, stages):
    add_criterion(stages["Qualify"], by=None, statement="Budget confirmed")
    deal = DealFactory(owner=sales_team.rita)
    body = {"version": 1, "stage": stages["Propose"].pk, "override_reason": "In a hurry"}

    assert rita.post("deal-move", body, deal.pk).status_code == 200

    assert StageOverride.objects.get().reason == "In a hurry"


def test_a_deal_created_in_a_later_stage_says_what_its_exits_need(sales_team, rita, stages):
    name = f"criterion_{add_criterion(stages['Qualify'], by=None, statement='Budget').criterion.pk}"
    body = {"name": "Lamps", "stage": stages["Propose"].pk}

    silent = rita.post("deals", body)
    said = rita.post("deals", body | {"evidence": {name: "E-mail"}})
    hurried = rita.post("deals", body | {"name": "Mirrors", "override_reason": "In a hurry"})

    assert (silent.status_code, list(silent.json()["fields"])) == (400, [name])
    assert (said.status_code, hurried.status_code) == (201, 201)
    assert CriterionMet.objects.get().deal.name == "Lamps"
    assert StageOverride.objects.get().deal.name == "Mirrors"


def test_reopening_by_the_api_says_why(sales_team, rita, stages):
    deal = DealFactory(owner=sales_team.rita, stage=stages["Won"])
    body = {"version": 1, "stage": stages["Propose"].pk}

    silent = rita.post("deal-move", body, deal.pk)
    said = rita.post("deal-move", body | {"reopen_reason": "Called back"}, deal.pk)

    assert (silent.status_code, list(silent.json()["fields"])) == (400, ["reopen_reason"])
    assert (said.status_code, said.json()["status"]) == (200, "open")
