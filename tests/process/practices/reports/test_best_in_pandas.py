"""Each behaviour of what the best do, for people who work by chance, worked out in pandas anew."""

import random
from datetime import timedelta

import pandas as pd
import pytest
from django.db import connection
from django.db.models import F

from org.models.people import Person
from pipeline.activities.models import Activity
from pipeline.deals.models import DealLine
from process.practices.reports import BestReport, best_report, peers_of
from tests import worlds
from tests.analytics.report_views import report_view_of
from tests.factories.pipeline import ActivityFactory, ContactFactory, ProductFactory
from tests.paper import Paper, at, build_paper, change
from tests.process.practices.reports.test_best import rep

AFTER = at(4, 15)
WEEKS_OF_THE_QUARTER = 90 / 7


def build_bustle() -> Paper:
    """Twelve alike with up to nine deals each; what becomes of each deal is drawn by lot."""
    paper = build_paper()
    chance = random.Random(11)  # noqa: S311 -- test data
    products = [ProductFactory(name=name, list_price=1000) for name in ("Lamp", "Mirror")]
    contacts = [ContactFactory() for _ in range(4)]
    for number in range(12):
        person = rep(paper, f"Rep {number:02}")
        for deal_number in range(chance.randint(4, 9)):
            deal = paper.make(
                f"{number} {deal_number}",
                person,
                str(chance.randint(100, 5000)),
                created_at=at(1, chance.randint(3, 20)),
                expected_close_on=at(2, 1).date(),
            )
            for product in chance.sample(products, chance.choice([0, 1, 1, 2, 2])):
                DealLine.objects.create(
                    deal=deal, product=product, unit_price=chance.randint(700, 1100)
                )
            for _ in range(chance.randrange(12)):
                ActivityFactory(
                    deal=deal,
                    person=person,
                    contact=chance.choice([None, *contacts]),
                    kind=chance.choice(["call", "email", "meeting", "note"]),
                    occurred_at=deal.created_at + timedelta(hours=chance.randint(1, 1000)),
                )
            moment = deal.created_at
            for _ in range(chance.randrange(5)):
                moment += timedelta(days=chance.randint(1, 9))
                close = at(2, 1).date() + timedelta(days=chance.randint(0, 60))
                stage = chance.choice([paper.qualify, paper.propose])
                change(deal, at=moment, stage=stage, expected_close_on=close)
            if chance.random() < 0.9:
                end = chance.choice([paper.won, paper.won, paper.lost])
                change(deal, at=moment + timedelta(days=3), stage=end)
    # Logged when they happened, not when the test was written down.
    Activity.objects.update(created_at=F("occurred_at"))
    return paper


bustle = worlds.world(build_bustle)


def read(sql: str) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        columns = [column.name for column in cursor.description]
        return pd.DataFrame(cursor.fetchall(), columns=columns)


def enough(values: pd.Series, people: pd.Series, how: str) -> dict[int, float]:
    """Return the average of each person who has five values or more."""
    grouped = values.groupby(people)
    found = grouped.agg(how)[grouped.count() >= 5]
    assert len(found) > 3
    return dict(found.astype(float))


@pytest.fixture
def report(bustle: Paper, eve: Person) -> BestReport:
    found = best_report(peers_of(report_view_of(eve, team="North", now=AFTER), title=None))
    assert len(found.peers.compared) == 12
    return found


def values(report: BestReport, key: str) -> dict[int, float]:
    return next(dict(row.behaviour.values) for row in report.compared if row.behaviour.key == key)


def compared(report: BestReport) -> list[int]:
    return [peer.person for peer in report.peers.compared]


def closed_deals(report: BestReport) -> pd.DataFrame:
    closed = read(
        "SELECT id AS deal_id, credited_to_id AS person_id, status, created_at FROM pipeline_deal"
        " WHERE closed_on BETWEEN '2026-01-01' AND '2026-03-31'"
    )
    return closed[closed.person_id.isin(compared(report))].set_index("deal_id")


def touches() -> pd.DataFrame:
    found = read(
        "SELECT id, person_id, deal_id, contact_id, kind, occurred_at FROM pipeline_activity"
        " WHERE kind <> 'note'"
    )
    return found[found.occurred_at <= AFTER]


def touches_of_the_quarter() -> pd.DataFrame:
    found = touches()
    return found[(found.occurred_at >= at(1, 1)) & (found.occurred_at < at(4, 1))]


def test_touches_by_week_and_by_stage(report, bustle):
    inside = touches_of_the_quarter()
    a_week = inside.groupby("person_id").size().reindex(compared(report), fill_value=0)
    assert values(report, "touches") == pytest.approx(dict(a_week / WEEKS_OF_THE_QUARTER))

    stays = read("SELECT deal_id, stage_id, valid_from, valid_to FROM pipeline_dealversion")
    stood = inside.merge(stays, on="deal_id")
    stood = stood[(stood.valid_from <= stood.occurred_at) & (stood.occurred_at < stood.valid_to)]
    on_deals = stood.groupby("person_id").size()
    on_deals = on_deals[on_deals >= 20]
    assert len(on_deals) > 3
    for stage in (bustle.qualify, bustle.propose):
        here = stood[stood.stage_id == stage.pk].groupby("person_id").size()
        shares = here.reindex(on_deals.index, fill_value=0) / on_deals
        assert values(report, f"touches-{stage.pk}") == pytest.approx(dict(shares))


def test_people_reached_and_first_meetings(report):
    closed, exchanged = closed_deals(report), touches()
    reached = exchanged.groupby("deal_id").contact_id.nunique().reindex(closed.index, fill_value=0)
    assert values(report, "contacts") == pytest.approx(enough(reached, closed.person_id, "mean"))

    first = exchanged[exchanged.kind == "meeting"].groupby("deal_id").occurred_at.min()
    waits = (first - closed.created_at).dropna().dt.total_seconds() / 86_400
    people = closed.person_id.reindex(waits.index)
    assert values(report, "first-meeting") == pytest.approx(enough(waits, people, "median"))


def test_pushes_and_ways_back(report):
    closed = closed_deals(report)
    path = read(
        "SELECT deal_id, expected_close_on, stage.order AS place FROM pipeline_dealversion version"
        " JOIN pipeline_stage stage ON stage.id = version.stage_id"
        " WHERE version.status = 'open' ORDER BY deal_id, valid_from"
    )
    before = path.groupby("deal_id").shift()
    later = path.expected_close_on > before.expected_close_on.where(
        before.expected_close_on.notna(), path.expected_close_on
    )
    pushes = later.groupby(path.deal_id).sum().reindex(closed.index)
    assert values(report, "pushes") == pytest.approx(enough(pushes, closed.person_id, "mean"))
    back = (path.place < before.place).groupby(path.deal_id).any().reindex(closed.index)
    assert values(report, "backs") == pytest.approx(
        enough(back.astype(float), closed.person_id, "mean")
    )


def test_discounts_and_products(report):
    closed = closed_deals(report)
    lines = read(
        "SELECT line.deal_id, line.product_id, quantity * unit_price AS sold,"
        " quantity * product.list_price AS listed FROM pipeline_dealline line"
        " JOIN pipeline_product product ON product.id = line.product_id"
    )
    won = lines.merge(closed[closed.status == "won"].reset_index(), on="deal_id")
    sums = won.groupby("person_id").agg(
        deals=("deal_id", "nunique"), lines=("product_id", "size"),
        sold=("sold", "sum"), listed=("listed", "sum"),
    )  # fmt: skip
    sums = sums[sums.deals >= 5]
    assert len(sums) > 1
    off = 1 - sums.sold.astype(float) / sums.listed.astype(float)
    assert values(report, "discount") == pytest.approx(dict(off))
    assert values(report, "products") == pytest.approx(dict(sums.lines / sums.deals))
