"""Who may edit a deal, by its short cut and in full."""

import pytest

from pipeline import rules
from pipeline.deals.models import Deal
from tests.factories.pipeline import DealFactory
from tests.worlds import SalesTeam

PEOPLE = (
    "dana",
    "mia",
    "max",
    "rita",
    "ron",
    "rob",
    "rae",
    "fay",
    "flo",
    "ada",
    "eve",
    "rex",
    "stan",
    "gus",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PEOPLE)
def test_who_sees_a_deal_may_edit_it_by_both_rules_or_by_none(
    sales_team: SalesTeam, name: str
) -> None:
    viewer = getattr(sales_team, name)
    for owner in PEOPLE:
        DealFactory(owner=getattr(sales_team, owner))

    seen = list(Deal.objects.visible_to(viewer))

    by_the_short_cut = [deal.pk for deal in seen if rules.can_edit_seen_deal(viewer, deal)]
    assert by_the_short_cut == [deal.pk for deal in seen if rules.can_edit_deal(viewer, deal)]
    assert bool(by_the_short_cut) == (name not in {"eve", "rex", "gus"})
    hidden = Deal.objects.exclude(pk__in=[deal.pk for deal in seen])
    assert not any(rules.can_edit_deal(viewer, deal) for deal in hidden)


@pytest.mark.django_db
def test_an_executive_who_also_leads_edits_the_deals_below_alone(sales_team: SalesTeam) -> None:
    sales_team.mia.role_grants.create(role="executive")
    deals = [DealFactory(owner=owner) for owner in (sales_team.rita, sales_team.rob)]

    assert [rules.can_edit_seen_deal(sales_team.mia, deal) for deal in deals] == [True, False]
