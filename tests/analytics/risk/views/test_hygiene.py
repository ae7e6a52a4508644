from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.urls import reverse

from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import Remedy, State
from analytics.risk.models import Disposition
from analytics.risk.services import decide
from org import access
from org.enums import Role
from org.models.audit import AuditEntry
from org.services import calendar
from pipeline.deals.models import Deal
from process.enums import GivenTo
from process.leavers.reports import new_owners, open_deals_by_account
from tests.factories.org import PersonFactory, TeamMembershipFactory
from tests.factories.pipeline import AccountFactory, DealContactFactory, DealFactory

URL = reverse("analytics:hygiene")


@pytest.fixture
def fiscal(sales_team):
    calendar.ensure_years(access.today().year - 1, access.today().year + 1)


@pytest.fixture
def breaking(sales_team, fiscal) -> Deal:
    """A deal of Rita without a close date and without a next step."""
    deal = DealFactory(
        account=AccountFactory(),
        owner=sales_team.rita,
        next_step="",
        expected_close_on=None,
        created_at=datetime.now(UTC),
    )
    DealContactFactory(deal=deal)
    return deal


def due(days: int = 3) -> date:
    return access.today() + timedelta(days=days)


def shown(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return [
        (line.issue.deal.name, str(line.issue.signal), str(line.issue.state))
        for group in response.context["groups"]
        for line in group.lines
    ]


def sent(deal: Deal, signal: str = "no_step", **changes):
    return {
        "deal": deal.pk,
        "breaches": [f"{signal}:0"],
        "remedy": "fix",
        "due_on": due().isoformat(),
        "reason": "",
        "next": URL,
    } | changes


def test_each_rule_that_a_deal_breaks_is_a_line(breaking, sales_team, as_):
    sound = DealFactory(
        account=AccountFactory(),
        owner=sales_team.rita,
        next_step="Call",
        next_step_on=due(),
        expected_close_on=due(40),
        created_at=datetime.now(UTC),
    )
    DealContactFactory(deal=sound)

    lines = shown(as_(sales_team.mia))

    assert [(name, signal) for name, signal, _ in lines] == [
        (breaking.name, "no_close_date"),
        (breaking.name, "no_step"),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE expected_close_on IS NULL)"
            "     + count(*) FILTER (WHERE next_step = '')"
            "  FROM pipeline_deal WHERE status = 'open'"
        )
        assert cursor.fetchone() == (len(lines),)


def test_a_decision_is_made_once_and_moves_the_line(breaking, sales_team, as_):
    client = as_(sales_team.rita)

    for _ in range(2):
        assert client.post(reverse("analytics:hygiene-decide"), sent(breaking)).status_code == 302

    decision = Disposition.objects.get()
    assert (decision.remedy, decision.due_on, decision.decided_by) == (
        "fix",
        due(),
        sales_team.rita,
    )
    assert (breaking.name, "no_step", "due") in shown(client)
    assert shown(client, state="due", signal="no_step") == [(breaking.name, "no_step", "due")]
    assert AuditEntry.objects.filter(action="deal.decide").count() == 1


def test_several_breaches_of_a_deal_are_decided_in_one_go(breaking, sales_team, as_):
    client = as_(sales_team.rita)
    (group,) = client.get(URL).context["groups"]
    tokens = group.form.initial["breaches"]
    assert tokens == ["no_close_date:0", "no_step:0"]

    client.post(reverse("analytics:hygiene-decide"), sent(breaking, breaches=tokens))

    assert {signal: state for _, signal, state in shown(client)} == dict.fromkeys(
        ("no_close_date", "no_step"), "due"
    )
    entry = AuditEntry.objects.get(action="deal.decide")
    assert {"No close date", "No next step", "due_on"} == set(entry.changes)


def test_one_that_somebody_decided_meanwhile_stops_the_others_too(breaking, sales_team, as_):
    as_(sales_team.rita).post(reverse("analytics:hygiene-decide"), sent(breaking))

    late = as_(sales_team.mia).post(
        reverse("analytics:hygiene-decide"),
        sent(breaking, remedy="close", breaches=["no_close_date:0", "no_step:0"]),
    )

    assert late.status_code == 400
    assert "Rita Rep has decided meanwhile about “No next step”" in late.content.decode()
    assert Disposition.objects.count() == 1


@pytest.mark.parametrize("token", ["", "no_step", "no_step:x", "no_step:-1", "mood:0", "no_step:²"])
def test_a_breach_that_is_none_is_refused(breaking, sales_team, as_, token):
    answer = as_(sales_team.rita).post(
        reverse("analytics:hygiene-decide"), sent(breaking, breaches=[token])
    )

    assert answer.status_code == 400
    assert "breaches" in answer.context["form"].errors
    assert not Disposition.objects.exists()


def test_who_was_faster_is_told_and_not_passed_over(breaking, sales_team, as_):
    as_(sales_team.rita).post(reverse("analytics:hygiene-decide"), sent(breaking))

    late = as_(sales_team.mia).post(
        reverse("analytics:hygiene-decide"), sent(breaking, remedy="close")
    )

    assert late.status_code == 400
    assert "has decided meanwhile" in late.content.decode()
    assert Disposition.objects.count() == 1


def test_a_mended_deal_leaves_the_list(breaking, sales_team, as_):
    client = as_(sales_team.rita)
    client.post(reverse("analytics:hygiene-decide"), sent(breaking))

    Deal.objects.filter(pk=breaking.pk).update(next_step="Call", expected_close_on=due(30))

    assert shown(client) == []
    assert client.get(URL).context["found"].whole.clean == 1


def test_a_justification_needs_words_and_counts_as_clean_until_its_day(breaking, sales_team, as_):
    client = as_(sales_team.rita)
    refused = client.post(
        reverse("analytics:hygiene-decide"), sent(breaking, remedy="justify", reason=" ")
    )
    assert refused.context["form"].errors["reason"]
    for signal in ("no_step", "no_close_date"):
        client.post(
            reverse("analytics:hygiene-decide"),
            sent(breaking, signal, remedy="justify", reason="Framework contract"),
        )

    found = client.get(URL).context["found"]
    assert {issue.state for issue in found.breaches} == {State.JUSTIFIED}
    assert found.whole.clean == 1


@pytest.mark.parametrize("day", [date(1899, 1, 1), date(2199, 1, 1)])
def test_a_day_that_is_past_or_far_is_refused(breaking, sales_team, day):
    with pytest.raises(ValidationError) as refused:
        decide(
            breaking,
            by=sales_team.rita,
            breaches={Signal.NO_STEP: 0},
            remedy=Remedy.FIX,
            due_on=day,
            reason="",
            at=datetime.now(UTC),
        )
    assert list(refused.value.message_dict) == ["due_on"]


def test_nobody_decides_about_deals_of_others(breaking, sales_team, as_):
    with pytest.raises(PermissionDenied):
        decide(
            breaking,
            by=sales_team.max,
            breaches={Signal.NO_STEP: 0},
            remedy=Remedy.FIX,
            due_on=due(),
            reason="",
            at=datetime.now(UTC),
        )
    answer = as_(sales_team.max).post(reverse("analytics:hygiene-decide"), sent(breaking))
    assert answer.status_code == 404
    assert shown(as_(sales_team.max)) == []


def test_the_download_has_every_line(breaking, sales_team, as_):
    text = as_(sales_team.mia).get(reverse("analytics:hygiene-csv")).getvalue().decode("utf-8-sig")

    assert text.count(breaking.name) == 2
    assert "No next step" in text


def test_what_was_decided_is_not_rewritten(breaking, sales_team, as_):
    as_(sales_team.rita).post(reverse("analytics:hygiene-decide"), sent(breaking))

    with pytest.raises(IntegrityError, match="never changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE analytics_disposition SET remedy = 'close'")


def test_deals_go_to_others_by_rule(sales_team):
    team = sales_team
    other = PersonFactory(full_name="Ann Other", roles=(Role.REP,))
    TeamMembershipFactory(person=other, team=team.north)
    mine, nobodys = AccountFactory(name="A", owner=other), AccountFactory(name="B")
    DealFactory(owner=team.rita, account=mine)
    for _ in range(2):
        DealFactory(owner=team.rita, account=nobodys)
    DealFactory(owner=other)
    among = [other, team.mia]
    groups = open_deals_by_account(team.ada, team.rita)

    def given(rule: GivenTo) -> dict:
        return new_owners(rule, team.rita, groups, among)

    assert given(GivenTo.ACCOUNT_OWNER) == {mine.pk: other, nobodys.pk: team.mia}
    assert given(GivenTo.MANAGER) == {mine.pk: team.mia, nobodys.pk: team.mia}
    # Ann carries one and Mia, who leads the team, none: the two of B go to Mia, then A to Ann.
    assert given(GivenTo.FEWEST) == {nobodys.pk: team.mia, mine.pk: other}
    assert set(given(GivenTo.IN_TURN).values()) == {other, team.mia}
    assert new_owners(GivenTo.FEWEST, team.rita, groups, []) == {}


def test_a_rule_fills_in_the_hand_over(sales_team, as_):
    account = AccountFactory(name="A", owner=sales_team.ron)
    for place in (account, AccountFactory(name="B"), AccountFactory(name="C")):
        DealFactory(owner=sales_team.rita, account=place)
    page = as_(sales_team.ada).get(
        reverse("process:hand-over", args=[sales_team.rita.pk]), {"by": "account_owner"}
    )

    form = page.context["form"]
    assert form.initial["owner"] == sales_team.mia.pk
    others = {name: value for name, value in form.initial.items() if name.startswith("account-")}
    assert others == {f"account-{account.pk}": sales_team.ron.pk}
