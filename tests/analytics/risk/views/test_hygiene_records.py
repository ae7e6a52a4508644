"""The lines of the hygiene worklist that say what a record lacks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.risk import services as risk
from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, RiskRule
from org import access
from org.services import calendar
from pipeline.deals.models import Deal
from pipeline.discipline.services import exits
from pipeline.discipline.services import setup as exit_setup
from tests.factories.pipeline import AccountFactory, DealContactFactory, DealFactory

URL = reverse("analytics:hygiene")
GAPS = {str(gap) for gap in RECORD_GAPS}


@pytest.fixture(autouse=True)
def fiscal(sales_team):
    calendar.ensure_years(access.today().year - 1, access.today().year + 1)


def standing(owner, stage, *, named: bool = True, **fields) -> Deal:
    deal = DealFactory(
        owner=owner, stage=stage, account=AccountFactory(), created_at=datetime.now(UTC), **fields
    )
    if named:
        DealContactFactory(deal=deal)
    return deal


def lacks(client, **query) -> dict[str, list[str]]:
    """Return what the page says that records lack, by the name of the deal."""
    response = client.get(URL, query)
    assert response.status_code == 200
    found: dict[str, list[str]] = {}
    for line in (line for group in response.context["groups"] for line in group.lines):
        if str(line.issue.signal) in GAPS:
            found.setdefault(line.issue.deal.name, []).append(line.words)
    return found


def test_an_amount_of_nothing_and_nobody_named_are_lines(sales_team, stages, as_):
    free = standing(sales_team.rita, stages.qualify, amount=0)
    blank = standing(sales_team.rita, stages.qualify, amount=None)
    alone = standing(sales_team.rita, stages.qualify, named=False)
    standing(sales_team.rita, stages.qualify)

    assert lacks(as_(sales_team.mia)) == {
        free.name: ["No amount"],
        blank.name: ["No amount"],
        alone.name: ["Nobody of the customer is named"],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE coalesce(amount, 0) = 0),"
            "       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM pipeline_dealcontact role"
            "                                           WHERE role.deal_id = deal.id))"
            "  FROM pipeline_deal deal"
        )
        assert cursor.fetchone() == (2, 1)


def test_a_contact_whose_part_has_ended_is_nobody(sales_team, stages, as_):
    deal = standing(sales_team.rita, stages.qualify)
    deal.contact_roles.update(ended_at=datetime.now(UTC))

    assert lacks(as_(sales_team.rita)) == {deal.name: ["Nobody of the customer is named"]}


def test_a_deal_past_a_stage_lacks_what_its_exit_asks_for(sales_team, stages, as_):
    asked = exit_setup.add_criterion(stages.qualify, by=None, statement="Budget confirmed")
    exit_setup.require_fields(
        stages.qualify,
        by=None,
        fields=["source", "products", "next_step", "amount"],
        at=datetime.now(UTC),
    )
    past = standing(sales_team.rita, stages.propose, next_step="Call")
    standing(sales_team.rita, stages.qualify)
    client = as_(sales_team.rita)

    assert lacks(client) == {
        past.name: ["Missing from stages behind it: Products, Source, Budget confirmed"]
    }

    exits.meet_criterion(past, asked.criterion, by=sales_team.rita, evidence="In the minutes")
    Deal.objects.filter(pk=past.pk).update(source="Fair")
    assert lacks(client) == {past.name: ["Missing from stages behind it: Products"]}


def test_what_another_rule_says_is_not_said_again(sales_team, stages, as_):
    exit_setup.require_fields(
        stages.qualify, by=None, fields=["amount", "contacts", "source"], at=datetime.now(UTC)
    )
    deal = standing(sales_team.rita, stages.propose, named=False, amount=None)
    client = as_(sales_team.rita)

    assert lacks(client) == {
        deal.name: [
            "Missing from stages behind it: Source",
            "No amount",
            "Nobody of the customer is named",
        ]
    }
    risk.set_rules({Signal.NO_AMOUNT: RiskRule(None, 0, on=False)}, by=sales_team.ada)
    assert lacks(client)[deal.name][0] == "Missing from stages behind it: Amount, Source"


def test_what_the_own_stage_or_a_later_one_asks_for_is_not_owed_yet(sales_team, stages, as_):
    for stage in (stages.qualify, stages.propose):
        exit_setup.require_fields(stage, by=None, fields=["source"], at=datetime.now(UTC))
    standing(sales_team.rita, stages.qualify)

    assert lacks(as_(sales_team.rita)) == {}


def test_each_of_these_rules_has_its_switch_in_the_set_up_of_risk(sales_team, stages, as_):
    deal = standing(sales_team.rita, stages.qualify, named=False, amount=None)
    client = as_(sales_team.ada)
    page = client.get(reverse("analytics:risk"))
    form = page.context["form"]
    assert {line.signal for line in page.context["lines"]} >= GAPS
    assert not {f"{gap}_weight" for gap in GAPS} & set(form.fields)

    sent = {
        name: "on" if value is True else value
        for name in form.fields
        if (value := form[name].value()) is not None
        and value is not False
        and name != "no_contact_on"
    }
    assert client.post(reverse("analytics:risk"), sent).status_code == 302

    assert lacks(client) == {deal.name: ["No amount"]}


def test_a_rule_of_hygiene_alone_is_given_no_weight(sales_team):
    with pytest.raises(risk.ValidationError) as refused:
        risk.set_rules({Signal.NO_AMOUNT: RiskRule(None, 5)}, by=sales_team.ada)

    assert list(refused.value.message_dict) == ["no_amount_weight"]
    assert RULES[Signal.NO_AMOUNT].weight == 0


def test_one_decision_speaks_of_all_that_a_deal_is_missing(sales_team, stages, as_):
    exit_setup.require_fields(
        stages.qualify, by=None, fields=["source", "products"], at=datetime.now(UTC)
    )
    deal = standing(sales_team.rita, stages.propose)
    client = as_(sales_team.rita)
    sent = {
        "deal": deal.pk,
        "breaches": ["exit_missing:0"],
        "remedy": "fix",
        "due_on": (access.today() + timedelta(days=2)).isoformat(),
        "next": URL,
    }

    assert client.post(reverse("analytics:hygiene-decide"), sent).status_code == 302

    states = {
        str(line.issue.state)
        for group in client.get(URL, {"signal": "exit_missing"}).context["groups"]
        for line in group.lines
    }
    assert states == {"due"}


def test_the_list_costs_the_same_for_one_deal_and_for_three(sales_team, stages, as_):
    client = as_(sales_team.mia)
    exit_setup.require_fields(stages.qualify, by=None, fields=["source"], at=datetime.now(UTC))
    exit_setup.add_criterion(stages.qualify, by=None, statement="Budget confirmed")
    standing(sales_team.rita, stages.propose)
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    for _ in range(2):
        standing(sales_team.rita, stages.propose, named=False, amount=None)

    with CaptureQueriesContext(connection) as three:
        client.get(URL)

    assert len(one) == len(three)
    asking = [query for query in three if "pipeline_requiredfield" in query["sql"]]
    assert len(asking) == 1
