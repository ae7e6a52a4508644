"""Lists that sort by their columns and come as a file: all rows, in the order shown."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import RecomputeRun
from imports.models import ImportRun
from org.models.calendar import FiscalPeriod
from org.services import calendar
from pipeline.accounts import reports as account_reports
from pipeline.customers.models import Account
from tests.factories.org import QuotaFactory
from tests.factories.pipeline import AccountFactory, ActivityFactory, DealFactory, ProductFactory
from tests.paper import at, change

pytestmark = pytest.mark.django_db
Q2 = {"period": "Q2 2026", "as_of": "2026-04-20", "since_day": "2026-04-01"}
MAY, JUNE, AUGUST = date(2026, 5, 20), date(2026, 6, 3), date(2026, 8, 1)


def downloaded(client, address: str, **query: str) -> list[dict[str, str]]:
    response = client.get(address, query | {"file": "on"})
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def shown(client, address: str, sort: str, column: str, **query: str) -> list[str]:
    table = client.get(address, query | {"sort": sort}).context["table"]
    return [next(c.text for c in row if c.column.key == column) for row in table.body]


def told(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def test_accounts_sort_by_their_facts_and_come_whole(as_, sales_team, stages, monkeypatch):
    monkeypatch.setattr(account_reports, "FILE_BATCH", 2)
    for name, industry, country, owner in (
        ("Acme", "Optics", "DE", sales_team.ron),
        ("Beta", "", "FR", None),
        ("Cola", "Drinks", "AT", sales_team.rita),
    ):
        AccountFactory(name=name, industry=industry, country=country, owner=owner)
    DealFactory(owner=sales_team.rita, account=Account.objects.get(name="Cola"), amount=70)
    DealFactory(owner=sales_team.rob, account=Account.objects.get(name="Acme"), amount=900)
    ActivityFactory(
        person=sales_team.rita,
        account=Account.objects.get(name="Cola"),
        occurred_at=datetime(2026, 3, 4, 12, tzinfo=UTC),
    )
    rita, address = as_(sales_team.rita), reverse("pipeline:accounts")

    for sort, sql in (
        ("-country", "SELECT name FROM pipeline_account ORDER BY country DESC"),
        ("industry", "SELECT name FROM pipeline_account ORDER BY industry"),
        (
            "owner",
            (
                "SELECT a.name FROM pipeline_account a LEFT JOIN org_person p ON p.id = a.owner_id"
                " ORDER BY p.full_name NULLS LAST"
            ),
        ),
    ):
        names = told(sql)
        assert shown(rita, address, sort, "name") == names
        assert [row["Account"] for row in downloaded(rita, address, sort=sort)] == names
    rows = {row["Account"]: row for row in downloaded(rita, address)}
    assert (rows["Cola"]["Open deals"], rows["Cola"]["Open amount"]) == ("1", "70.00")
    assert rows["Cola"]["Last activity"].startswith("2026-03-04")
    assert (rows["Acme"]["Open deals"], rows["Acme"]["Open amount"]) == ("0", "")
    assert [r["Account"] for r in downloaded(rita, address, text="be")] == ["Beta"]
    assert "file=on" in rita.get(address).content.decode()
    assert rita.get(address, {"sort": "open_amount"}).status_code == 400


def test_products_come_as_the_filter_has_them(as_, sales_team):
    for name, currency in (("Gauge", "USD"), ("Meter", "EUR"), ("Valve", "GBP")):
        ProductFactory(name=name, currency=currency)
    ada, address = as_(sales_team.ada), reverse("pipeline:products")

    assert shown(ada, address, "-currency", "name") == ["Gauge", "Valve", "Meter"]
    rows = downloaded(ada, address, sort="currency", q="e")
    assert [row["Product"] for row in rows] == ["Meter", "Valve", "Gauge"]
    assert rows[0]["List price"] == "1000.00"
    assert as_(sales_team.rita).get(address, {"file": "on"}).status_code == 403


def test_the_history_of_quotas_sorts_and_comes_whole(as_, sales_team):
    calendar.ensure_years(2026, 2026)
    for label, target, day in (("Q2 2026", 500, 3), ("Q1 2026", 900, 2), ("Q1 2026", 700, 1)):
        QuotaFactory(
            person=sales_team.rita,
            period=FiscalPeriod.objects.get(label=label),
            target=target,
            set_at=datetime(2026, 1, day, tzinfo=UTC),
        )
    mia = as_(sales_team.mia)
    address = reverse("org:quota-history", args=["person", sales_team.rita.pk])

    assert shown(mia, address, "", "target") == ["500.00", "900.00", "700.00"]
    assert shown(mia, address, "-target", "target") == ["900.00", "700.00", "500.00"]
    assert shown(mia, address, "period", "target") == ["900.00", "700.00", "500.00"]
    assert shown(mia, address, "nonsense", "target") == ["500.00", "900.00", "700.00"]
    rows = downloaded(mia, address, sort="set_at")
    assert [(row["From"], row["To"]) for row in rows] == [
        ("", "700.00"),
        ("700.00", "900.00"),
        ("", "500.00"),
    ]


def test_imports_and_runs_sort_and_come_whole(as_, sales_team):
    for name in ("b.csv", "c.csv", "a.csv"):
        ImportRun.objects.create(
            file_name=name, file_size=1, kind="accounts", created_by=sales_team.ada
        )
    for day in (2, 3, 1):
        RecomputeRun.objects.create(
            as_of=date(2026, 3, day),
            moment=datetime(2026, 3, day + 1, tzinfo=UTC),
            trigger=Trigger.SCHEDULE,
            state=RunState.DONE,
            finished_at=datetime(2026, 3, day + 1, tzinfo=UTC),
        )
    ada = as_(sales_team.ada)
    imports, runs = reverse("imports:imports"), reverse("analytics:runs")

    assert shown(ada, imports, "", "file_name") == ["a.csv", "c.csv", "b.csv"]
    assert shown(ada, imports, "file_name", "file_name") == ["a.csv", "b.csv", "c.csv"]
    names = [row["File"] for row in downloaded(ada, imports, sort="-file_name")]
    assert names == ["c.csv", "b.csv", "a.csv"]
    assert shown(ada, runs, "as_of", "as_of") == ["1 Mar 2026", "2 Mar 2026", "3 Mar 2026"]
    days = [row["As of"] for row in downloaded(ada, runs, sort="-as_of")]
    assert days == ["2026-03-03", "2026-03-02", "2026-03-01"]
    for address in (imports, runs):
        assert as_(sales_team.mia).get(address, {"file": "on"}).status_code == 403


@pytest.fixture
def moved(paper):
    for name, amount, close in (("small", "100", MAY), ("big", "900", JUNE), ("mid", "400", MAY)):
        paper.make(name, paper.rita, amount, created_at=at(3, 1), expected_close_on=close)
    change(paper.deals["mid"], at=at(4, 6), expected_close_on=AUGUST)
    change(paper.deals["small"], at=at(4, 7), expected_close_on=AUGUST)
    return paper


@pytest.mark.parametrize("show", ["pushed_out", "opening"])
def test_the_deals_of_a_bar_sort_and_come_whole(moved, as_, show):
    mia, address = as_(moved.mia), reverse("analytics:changes")
    query = {**Q2, "show": show}
    behind = {"pushed_out": {"small": -100, "mid": -400}, "opening": {}}[show]
    behind = behind or {"small": 100, "big": 900, "mid": 400}
    by_size = sorted(behind, key=lambda name: abs(behind[name]))

    assert shown(mia, address, "", "name", **query) == by_size[::-1]
    assert shown(mia, address, "amount", "name", **query) == by_size
    assert shown(mia, address, "-name", "name", **query) == sorted(behind, reverse=True)
    for rows in (downloaded(mia, address, **query), downloaded(mia, address, sort="name", **query)):
        assert {row["Deal"]: Decimal(row["Moved"]) for row in rows} == behind
    assert [row["Deal"] for row in rows] == sorted(behind)
    if show == "pushed_out":
        assert {row["Expected close: more"] for row in rows} == {"was 20 May 2026"}
    assert mia.get(address, {**query, "sort": "secret"}).status_code == 400
