from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Sum

from org import access
from pipeline import history
from pipeline.deals.models import Deal
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from tests.factories.org import TeamMembershipFactory
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOW.date()
JUNE = {"closed_from": date(2026, 6, 1), "closed_to": date(2026, 7, 1)}


def deal(name, **fields):
    return DealFactory(name=name, **fields)


def names(selection, *, day=TODAY, moment=NOW):
    return sorted(row.name for row in selection.rows(moment=moment, day=day))


def won(name, owner, at, **fields):
    return DealFactory(
        name=name, owner=owner, stage=StageFactory(won=True), created_at=at, **fields
    )


def test_an_empty_selection_is_every_live_deal(sales_team):
    deal("Live", owner=sales_team.rita)
    deal("Archived", owner=sales_team.rita, archived_at=NOW)

    assert names(DealSelection()) == ["Live"]
    assert names(DealSelection(archived=True)) == ["Archived"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spec", ["Spectrometers 2026"]),
        ("SPECTRO 20", ["Spectrometers 2026"]),
        ("acme", ["Spectrometers 2026"]),
        ("acme spec", ["Spectrometers 2026"]),
        ("acme lenses", []),
        ("pectro", []),
        ("o'br", ["O'Brien lenses"]),
        ("gtx-p", ["GTX-Pro"]),
        ("' & | ! <-> \\ :*", []),
        ("&", []),
    ],
)
def test_text_finds_the_beginnings_of_words_in_deal_and_account(sales_team, text, found):
    deal("Spectrometers 2026", account=AccountFactory(name="Acme Optics"))
    deal("O'Brien lenses", account=AccountFactory(name="Zeta"))
    deal("GTX-Pro")

    assert names(DealSelection(text=text)) == found


def test_each_part_narrows(sales_team):
    propose = StageFactory(propose=True)
    account = AccountFactory()
    target = deal(
        "Target",
        owner=sales_team.rita,
        stage=propose,
        account=account,
        amount=Decimal(500),
        expected_close_on=date(2026, 6, 10),
        created_at=datetime(2026, 5, 20, tzinfo=UTC),
    )
    deal("Other", owner=sales_team.rob, amount=None, next_step="Call")

    for part in (
        {"owner": sales_team.rita.pk},
        {"stage": propose.pk},
        {"account": account.pk},
        {"category": "best_case"},
        {"close_from": date(2026, 6, 10), "close_to": date(2026, 6, 11)},
        {"created_from": date(2026, 5, 20), "created_to": date(2026, 5, 21)},
        {"amount_min": Decimal(500), "amount_max": Decimal(500)},
        {"amount_min": Decimal(0)},
        {"overdue": True},
        {"no_next_step": True},
    ):
        assert names(DealSelection(**part)) == ["Target"], part
        assert names(DealSelection(**part, as_of=TODAY)) == ["Target"], part
    assert names(DealSelection(unpriced=True)) == ["Other"]
    assert names(DealSelection(close_to=target.expected_close_on)) == []


def test_a_closing_counts_for_the_team_of_its_day_and_an_open_deal_for_todays(sales_team):
    ron = sales_team.ron
    ron.memberships.update(valid_to=date(2026, 6, 8))
    TeamMembershipFactory(person=ron, team=sales_team.south, valid_from=date(2026, 6, 8))
    won("In north", ron, datetime(2026, 6, 7, 23, tzinfo=UTC))
    won("In south", ron, datetime(2026, 6, 8, 1, tzinfo=UTC))
    deal("Open", owner=ron)

    assert names(DealSelection(team=sales_team.north.pk, **JUNE)) == ["In north"]
    assert names(DealSelection(team=sales_team.south.pk, **JUNE)) == ["In south"]
    assert names(DealSelection(team=sales_team.sales.pk, **JUNE)) == ["In north", "In south"]
    assert names(DealSelection(team=sales_team.north.pk, status="open")) == []
    assert names(DealSelection(team=sales_team.south.pk, status="open")) == ["Open"]
    assert names(DealSelection(team=sales_team.south.pk)) == ["In south", "Open"]
    past = DealSelection(team=sales_team.north.pk, status="open", as_of=date(2026, 6, 1))
    moment = datetime(2026, 6, 1, 23, 59, tzinfo=UTC)
    assert names(past, day=date(2026, 6, 1), moment=moment) == ["Open"]


def test_credit_stays_when_the_deal_is_given_away(sales_team):
    closing = won("Kept", sales_team.rita, NOW - timedelta(days=3))
    with history.writing(by=None, source="page", at=NOW - timedelta(days=1)):
        Deal.objects.filter(pk=closing.pk).update(owner=sales_team.ron)

    assert names(DealSelection(credited_to=sales_team.rita.pk, **JUNE)) == ["Kept"]
    assert names(DealSelection(owner=sales_team.rita.pk)) == []


def test_a_past_day_lists_the_deals_as_they_stood(sales_team):
    moved = deal("Moved", owner=sales_team.rita, amount=Decimal(100))
    with history.writing(by=None, source="page", at=datetime(2026, 3, 1, tzinfo=UTC)):
        Deal.objects.filter(pk=moved.pk).update(amount=Decimal(900), stage=StageFactory(won=True))
    past = DealSelection(as_of=date(2026, 2, 1))

    then = past.rows(moment=datetime(2026, 2, 1, 23, tzinfo=UTC), day=date(2026, 2, 1)).get()
    today = DealSelection().rows(moment=NOW, day=TODAY).get()

    assert (then.status, then.amount, then.deal_id) == (Status.OPEN, Decimal(100), moved.pk)
    assert (today.status, today.amount, today.pk) == (Status.WON, Decimal(900), moved.pk)


def test_versions_of_now_are_the_deals_of_now(sales_team):
    won("Won", sales_team.rita, NOW - timedelta(days=3), amount=Decimal(70))
    deal("Open", owner=sales_team.rob, amount=Decimal(30))

    for selection in (
        DealSelection(),
        DealSelection(status="won"),
        DealSelection(status="closed"),
        DealSelection(team=sales_team.sales.pk),
    ):
        rows = selection.rows(moment=NOW, day=TODAY)
        versions = selection.versions(moment=NOW, day=TODAY)
        assert sorted(rows.values_list("pk", "amount_base")) == sorted(
            versions.values_list("deal_id", "amount_base")
        )
        assert rows.aggregate(total=Sum("amount_base")) == versions.aggregate(
            total=Sum("amount_base")
        )


def test_the_address_says_what_is_given_and_no_more():
    selection = DealSelection(
        as_of=date(2026, 6, 1),
        status="won",
        team=3,
        amount_min=Decimal(0),
        overdue=True,
        text="a b",
    )

    address = urlsplit(selection.url())

    assert address.path == "/deals/"
    assert parse_qs(address.query) == {
        "as_of": ["2026-06-01"],
        "status": ["won"],
        "team": ["3"],
        "amount_min": ["0"],
        "overdue": ["1"],
        "text": ["a b"],
    }
    assert selection.but(team=None, overdue=False).team is None


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("owner", 12),
        ("owner", None),
        ("team", 7),
        ("as_of", date(2026, 5, 4)),
        ("text", "a&owner=0 +é"),
        ("category", "commit"),
        ("category", ""),
        ("overdue", False),
        ("closed_to", date(2026, 7, 1)),
    ],
)
def test_the_address_with_one_part_changed_is_that_of_the_changed_selection(part, given):
    selection = DealSelection(status="won", team=3, stage=10, text="owner=0", **JUNE)

    for _ in range(2):
        assert selection.url_of(part, given) == selection.but(**{part: given}).url()


def test_only_totals_that_a_page_shows_are_told_beyond_what_the_viewer_may_open(sales_team):
    north = DealSelection(team=sales_team.north.pk, status="won", **JUNE)

    assert north.totals_shown_to(sales_team.mia)
    assert north.totals_shown_to(sales_team.dana)
    assert not north.totals_shown_to(sales_team.max)
    assert not north.totals_shown_to(sales_team.rita)
    assert not north.but(text="Acme").totals_shown_to(sales_team.mia)
    assert not north.but(amount_min=Decimal(5)).totals_shown_to(sales_team.mia)
    assert DealSelection(credited_to=sales_team.rita.pk, **JUNE).totals_shown_to(sales_team.mia)
    assert not DealSelection(credited_to=sales_team.rob.pk, **JUNE).totals_shown_to(sales_team.mia)
    assert not DealSelection(status="won").totals_shown_to(sales_team.mia)
    assert access.sees_everyone(sales_team.ada)
    assert not north.totals_shown_to(sales_team.ada)
