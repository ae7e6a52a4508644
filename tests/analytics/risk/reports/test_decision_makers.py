"""Which activities both sides took part in: the pure rule and the deals' fact in SQL agree."""

from datetime import UTC, datetime
from itertools import product

from analytics.risk.reports.inputs import RiskInputs, facts
from pipeline.deals.models import DealVersion
from pipeline.enums import ActivityKind, Direction
from pipeline.people.metrics import Touch, is_exchange
from tests.factories.pipeline import (
    ActivityFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
)

CREATED = datetime(2026, 3, 1, 9, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2036, 3, 3, 9, tzinfo=UTC)


def test_a_decision_maker_is_met_as_the_rule_says(sales_team):
    contact = ContactFactory()
    by_rule, deals = set(), 0
    for kind, direction, minutes in product(ActivityKind, ["", *Direction], [None, 0, 1, 30]):
        deal = DealFactory(owner=sales_team.rita, account=contact.account, created_at=CREATED)
        DealContactFactory(deal=deal, contact=contact, role="champion")
        ActivityFactory(
            deal=deal,
            person=sales_team.rita,
            contact=contact,
            kind=kind,
            direction=direction,
            minutes=minutes,
            occurred_at=AT,
        )
        deals += 1
        if is_exchange(Touch(contact.pk, kind, direction, minutes, AT)):
            by_rule.add(deal.pk)

    met = facts(moment=LATER, inputs=RiskInputs())["met_decision_maker"]
    rows = DealVersion.objects.as_of(LATER).alias(met=met).filter(met=True)

    assert set(rows.values_list("deal", flat=True)) == by_rule
    assert 0 < len(by_rule) < deals
