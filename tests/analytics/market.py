"""Sixty closed deals of North and South with sources, industries and products, and open ones."""

import random
from datetime import date, timedelta

from pipeline.deals.models import DealLine
from pipeline.enums import LostReason
from pipeline.stages.models import Competitor
from tests.factories.pipeline import AccountFactory, ProductFactory
from tests.paper import Paper, at, build_paper, change

CLOSES = (None, date(2026, 2, 10), date(2026, 2, 20), date(2026, 3, 15), date(2026, 5, 1))
SOURCES = ("Web", "Referral", "")


def build_market() -> Paper:
    """Write the world on paper with the deals of ``fill``."""
    paper = build_paper()
    fill(paper)
    return paper


def fill(paper: Paper, *, seed: int = 3, deals: int = 60) -> None:
    """Add deals that close or stay open in the first quarter of 2026, by chance."""
    chance = random.Random(seed)  # noqa: S311 -- test data
    accounts = [None, AccountFactory(industry="Retail"), AccountFactory(industry="Energy")]
    products = [ProductFactory(name="Lamp"), ProductFactory(name="Mirror")]
    rivals = [None, Competitor.objects.create(name="Rival Works")]
    owners = (paper.rita, paper.ron, paper.rae)
    for number in range(deals):
        deal = paper.make(
            f"market {number}",
            chance.choice(owners),
            chance.choice([None, "0", "120.50", "900", "4000"]),
            created_at=at(1, 1 + chance.randrange(28)),
            source=chance.choice(SOURCES),
            account=chance.choice(accounts),
            competitor=chance.choice(rivals),
            expected_close_on=chance.choice(CLOSES),
        )
        for product in chance.sample(products, chance.randrange(3)):
            DealLine.objects.create(deal=deal, product=product, unit_price=900, quantity=2)
        moment = deal.created_at + timedelta(days=1 + chance.randrange(8), hours=2)
        if chance.random() < 0.7:
            if chance.random() < 0.3:
                back = moment + timedelta(hours=5)
                change(deal, at=moment, stage=paper.propose)
                change(deal, at=back, stage=paper.qualify)
                moment = back + timedelta(hours=5)
            change(deal, at=moment, stage=paper.propose, expected_close_on=chance.choice(CLOSES))
            moment += timedelta(days=1 + chance.randrange(40))
        ending = chance.random()
        if ending < 0.4:
            change(deal, at=moment, stage=paper.won)
        elif ending < 0.8:
            reason = chance.choice([None, *LostReason])
            change(deal, at=moment, stage=paper.lost, lost_reason=reason)
