from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import Remedy
from analytics.risk.metrics.risk import RiskRule
from analytics.risk.models import Disposition, SignalRule
from analytics.risk.services import decide, set_rules
from org import access
from pipeline.deals.models import Deal
from tests.factories.pipeline import DealFactory, StageFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("signal", "rule", "refused"),
    [
        (Signal.QUIET, RiskRule(None, 5), {"quiet_limit": "threshold from 1 to 10,000"}),
        (Signal.QUIET, RiskRule(0, 5), {"quiet_limit": "threshold from 1 to 10,000"}),
        (Signal.QUIET, RiskRule(10_001, 5), {"quiet_limit": "threshold from 1 to 10,000"}),
        (Signal.NO_STEP, RiskRule(3, 5), {"no_step_limit": "no threshold"}),
        (Signal.NO_STEP, RiskRule(None, 101), {"no_step_weight": "weight from 0 to 100"}),
        (
            Signal.QUIET,
            RiskRule(0, -1),
            {"quiet_limit": "threshold from 1", "quiet_weight": "weight from 0"},
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_on_its_field(sales_team, signal, rule, refused):
    sound = {Signal.PUSHED: RiskRule(4, 8)}

    with pytest.raises(ValidationError) as refusal:
        set_rules({signal: rule, **sound}, by=sales_team.ada)

    found = refusal.value.message_dict
    assert found.keys() == refused.keys()
    assert all(words in found[field][0] for field, words in refused.items())
    assert not SignalRule.objects.exists()


def test_only_admins_set_rules(sales_team):
    for person in (sales_team.dana, sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            set_rules({Signal.QUIET: RiskRule(20, 5)}, by=person)

    assert not SignalRule.objects.exists()


@pytest.mark.parametrize("change", ["won", "archived"])
def test_of_a_deal_that_is_no_longer_open_nothing_is_decided(sales_team, change):
    deal = DealFactory(owner=sales_team.rita)
    if change == "won":
        Deal.objects.filter(pk=deal.pk).update(stage=StageFactory(won=True))
    else:
        Deal.objects.filter(pk=deal.pk).update(archived_at=datetime.now(UTC))

    with pytest.raises(ValidationError, match="no longer open"):
        decide(
            deal,
            by=sales_team.rita,
            breaches={Signal.NO_STEP: 0},
            remedy=Remedy.FIX,
            due_on=access.today() + timedelta(days=3),
            reason="",
            at=datetime.now(UTC),
        )

    assert not Disposition.objects.exists()
