"""The page of leavers, and the rule that fills in a hand-over."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from org import access
from org.models.audit import AuditEntry
from org.services import calendar, people
from pipeline.deals.models import Deal
from process.enums import GivenTo
from process.leavers.services import set_leaver_rule
from process.models import LeaverRule
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory

URL = reverse("process:leavers")


def offered(client, person) -> tuple[int | None, list[str]]:
    """Return whom the hand-over offers first, and which rules it says it is by."""
    page = client.get(reverse("process:hand-over", args=[person.pk]))
    by = [tab.label for tab in page.context["by_rule"] if tab.current]
    return page.context["form"].initial.get("owner"), by


def test_the_rule_is_kept_and_fills_in_the_hand_over_of_a_leaver(sales_team, as_):
    DealFactory(owner=sales_team.rita, account=AccountFactory(owner=sales_team.ron))
    client = as_(sales_team.ada)
    assert offered(client, sales_team.rita) == (
        sales_team.ron.pk,
        ["The account's owner, else the manager"],
    )

    assert client.post(URL, {"given_to": "manager"}).status_code == 302

    people.deactivate(sales_team.rita, by=sales_team.ada, on=access.today())
    assert offered(client, sales_team.rita) == (sales_team.mia.pk, ["The manager"])
    entry = AuditEntry.objects.get(action="leavers.set")
    assert entry.changes["given to"] == ["The account's owner, else the manager", "The manager"]


def test_the_rule_gives_nothing_away_by_itself(sales_team, as_):
    deal = DealFactory(owner=sales_team.rita)
    set_leaver_rule(GivenTo.MANAGER, by=sales_team.ada)

    people.deactivate(sales_team.rita, by=sales_team.ada, on=access.today())

    deal.refresh_from_db()
    assert deal.owner == sales_team.rita


def test_leavers_stand_on_the_page_and_in_hygiene_until_their_deals_are_given_on(sales_team, as_):
    calendar.ensure_years(access.today().year - 1, access.today().year + 1)
    DealFactory(owner=sales_team.rita, amount=700, expected_close_on=access.today())
    won = DealFactory(owner=sales_team.rita, stage=StageFactory(won=True))
    DealFactory(owner=sales_team.rita, archived_at="2026-01-05T10:00Z")
    DealFactory(owner=sales_team.ron)
    people.deactivate(sales_team.rita, by=sales_team.ada, on=access.today())
    client, manager = as_(sales_team.ada), as_(sales_team.mia)

    rows = client.get(URL).context["waiting"].rows
    assert [(row["full_name"], row["deals"], row["amount"]) for row in rows] == [
        ("Rita Rep", 1, 700)
    ]
    left = {"signal": "owner_left"}
    (group,) = manager.get(reverse("analytics:hygiene"), left).context["groups"]
    assert group.hand_over == reverse("process:hand-over", args=[sales_team.rita.pk])

    form = manager.get(group.hand_over).context["form"]
    sent = {name: form.initial[name] for name in ("reason", "seen")} | {"owner": sales_team.ron.pk}
    assert manager.post(group.hand_over, sent).status_code == 302

    assert client.get(URL).context["waiting"].rows == []
    assert manager.get(reverse("analytics:hygiene"), left).context["groups"] == []
    won.refresh_from_db()
    assert (won.owner, won.credited_to) == (sales_team.rita, sales_team.rita)


def test_what_stands_already_is_not_set_again_and_nothing_is_rewritten(sales_team):
    for given_to in (GivenTo.ACCOUNT_OWNER, GivenTo.FEWEST, GivenTo.FEWEST):
        set_leaver_rule(given_to, by=sales_team.ada)

    assert list(LeaverRule.objects.values_list("given_to", flat=True)) == ["fewest"]
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE process_leaverrule SET given_to = 'manager'")


def test_only_admins_set_the_rule_and_an_unknown_one_is_refused(sales_team, as_):
    with pytest.raises(PermissionDenied):
        set_leaver_rule(GivenTo.MANAGER, by=sales_team.mia)

    answer = as_(sales_team.ada).post(URL, {"given_to": "whoever"})

    assert answer.status_code == 400
    assert "given_to" in answer.context["form"].errors
    assert not LeaverRule.objects.exists()


def test_the_page_costs_the_same_for_one_leaver_and_for_three(sales_team, as_):
    client = as_(sales_team.ada)
    counts = []
    for person in (sales_team.rita, sales_team.ron, sales_team.rob):
        DealFactory(owner=person)
        people.deactivate(person, by=sales_team.ada, on=access.today() - timedelta(days=1))
        client.get(URL)
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        counts.append(len(asked))

    assert len(set(counts)) == 1
    assert Deal.objects.open().count() == 3
