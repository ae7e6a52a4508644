"""The Maven set through the command, against what pandas works out from the files alone."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import call_command
from django.db.models import Count, Sum

from imports.models import ImportRun
from org.models.people import Person, ReportingLine
from org.models.teams import Team, TeamMembership
from org.services.calendar import end_of_day
from pipeline import history
from pipeline.customers.models import Account
from pipeline.deals.models import Deal, DealVersion
from pipeline.products.models import Product

pytestmark = [pytest.mark.maven, pytest.mark.django_db]
WON_BY_QUARTER = {1: 1_134_672, 2: 3_086_111, 3: 2_982_255, 4: 2_802_496}


def command(kind: str, path: Path, *arguments: str) -> None:
    call_command("import_csv", kind, str(path), *arguments, verbosity=0)


def bring_in(maven: Path) -> None:
    command("people", maven / "sales_teams.csv", "--create=people", "--create=teams")
    command("accounts", maven / "accounts.csv", "--format=revenue=x1000000")
    command("products", maven / "products.csv")
    command(
        "deals",
        maven / "sales_pipeline.csv",
        "--create=stages",
        "--value=GTXPro=GTX Pro",
        "--as-of=2017-12-31",
    )


def test_the_whole_set_comes_in_with_history_at_its_true_dates(maven):
    bring_in(maven)

    reps = Person.objects.filter(role_grants__role="rep")
    managers = Person.objects.filter(role_grants__role="manager")
    assert (reps.count(), managers.count()) == (35, 6)
    assert sorted(Team.objects.filter(parent=None).values_list("name", flat=True)) == [
        "Central",
        "East",
        "West",
    ]
    assert Team.objects.filter(parent__isnull=False).count() == 6
    assert TeamMembership.objects.filter(is_lead=True).count() == 6
    assert ReportingLine.objects.count() == 35
    assert (Account.objects.count(), Product.objects.count()) == (85, 7)
    assert Account.objects.exclude(parent=None).count() == 15
    assert Deal.objects.count() == 8_800
    history.check()

    frame = pd.read_csv(maven / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    won = frame[frame.deal_stage == "Won"]
    by_quarter = won.groupby(won.close_date.dt.quarter).close_value.sum().to_dict()
    assert by_quarter == WON_BY_QUARTER
    versions = DealVersion.objects.as_of(end_of_day(date(2017, 12, 31)))
    for quarter, amount in WON_BY_QUARTER.items():
        start = date(2017, 3 * quarter - 2, 1)
        end = date(2017, 3 * quarter + 1, 1) if quarter < 4 else date(2018, 1, 1)
        booked = versions.won().closed_in(start, end).aggregate(sum=Sum("amount_base"))["sum"]
        assert booked == Decimal(amount)

    assert_as_of_is_right(frame)
    assert_credit_is_right(won)


def assert_as_of_is_right(frame: pd.DataFrame) -> None:
    for day in pd.date_range("2016-11-30", "2017-12-30", freq="ME"):
        began = frame.engage_date <= day
        is_open = began & (frame.close_date.isna() | (frame.close_date > day))
        versions = DealVersion.objects.as_of(end_of_day(day.date()))
        assert versions.open().count() == int(is_open.sum())
        for stage, rows in frame[began & (frame.close_date <= day)].groupby("deal_stage"):
            closed = versions.closed().filter(stage__name=stage)
            assert closed.count() == len(rows)
    # What was not known before the closing is not in the past: the list price is.
    early = DealVersion.objects.as_of(end_of_day(date(2017, 2, 1))).open()
    prices = dict(Product.objects.values_list("name", "list_price"))
    for version in early.select_related("deal")[:200]:
        line = version.deal.lines.get()
        assert version.amount == prices[line.product.name]


def assert_credit_is_right(won: pd.DataFrame) -> None:
    expected = won.groupby("sales_agent").close_value.sum().to_dict()
    rows = Deal.objects.won().values_list("credited_to__full_name").annotate(Sum("amount"))
    assert {name: int(amount) for name, amount in rows} == expected
    leads = TeamMembership.objects.filter(is_lead=True).values("person")
    assert not Deal.objects.filter(owner__in=leads).exists()


def test_the_same_files_twice_change_nothing(maven):
    bring_in(maven)
    before = list(Deal.objects.order_by("pk").values())
    versions = DealVersion.objects.count()

    bring_in(maven)

    assert list(Deal.objects.order_by("pk").values()) == before
    assert DealVersion.objects.count() == versions
    assert ImportRun.objects.filter(state="done").count() == 4
    assert Person.objects.count() == 41


def test_a_later_export_closes_open_deals_at_their_day(maven, tmp_path):
    frame = pd.read_csv(maven / "sales_pipeline.csv", dtype=str, keep_default_na=False)
    final = frame[frame.deal_stage == "Won"].head(20)
    early = frame.copy()
    early.loc[final.index, ["deal_stage", "close_date", "close_value"]] = ["Engaging", "", ""]
    command("people", maven / "sales_teams.csv", "--create=all")
    command("accounts", maven / "accounts.csv")
    command("products", maven / "products.csv")
    options = ("--create=stages", "--value=GTXPro=GTX Pro", "--open-stage=Engaging")
    for name, rows in (("early.csv", early), ("late.csv", frame)):
        rows.to_csv(tmp_path / name, index=False)
        command("deals", tmp_path / name, *options, "--as-of=2017-12-31")

    assert ImportRun.objects.latest("pk").plan["counts"]["change"] == 20
    for row in final.itertuples():
        closed = DealVersion.objects.get(deal__external_id=row.opportunity_id, status="won")
        day = date.fromisoformat(row.close_date)
        assert (closed.closed_on, closed.valid_from.date()) == (day, day)
        assert closed.amount == Decimal(row.close_value)
        before = DealVersion.objects.get(deal=closed.deal, valid_to=closed.valid_from)
        assert before.status == "open"
    total = Deal.objects.won().aggregate(sum=Sum("amount"), count=Count("pk"))
    assert total == {"sum": Decimal(sum(WON_BY_QUARTER.values())), "count": 4_238}
