from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from org.models.audit import AuditEntry
from org.models.people import Person
from pipeline.deals.models import Deal, DealVersion
from pipeline.enums import Category, LostReason, Status
from pipeline.lifecycle import services
from tests.factories.org import ExchangeRateFactory
from tests.factories.pipeline import AccountFactory, StageFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def create(by, **fields):
    fields = {
        "source": "page",
        "name": "Spectrometers",
        "owner": by,
        "stage": StageFactory(),
    } | fields
    return services.create_deal(by=by, **fields)


def edit(deal, by, version=None, **changes):
    return services.edit_deal(
        deal, by=by, source="page", version=version or deal.version, changes=changes
    )


def move(deal, by, to, version=None, **texts):
    return services.move_stage(
        deal, by=by, source="page", version=version or deal.version, to=to, **texts
    )


def messages(refusal):
    return refusal.value.message_dict


def state():
    return (
        list(Deal.objects.order_by("pk").values()),
        list(DealVersion.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def test_creating_fills_in_the_organisations_currency_and_logs_it(sales_team):
    deal = create(sales_team.rita, amount=Decimal("1200.50"), lead_source="Fair")

    version = deal.versions.get()
    entry = AuditEntry.objects.about(deal).get()
    assert (deal.currency, deal.amount_base, deal.status) == (
        "USD",
        Decimal("1200.50"),
        Status.OPEN,
    )
    assert (version.changed_by, version.source) == (sales_team.rita, "page")
    assert (entry.actor, entry.action) == (sales_team.rita, "deal.create")
    assert entry.changes["amount"] == [None, "1200.50"]
    assert entry.changes["source"] == [None, "Fair"]


def test_the_same_submission_makes_one_deal(sales_team):
    submission = uuid4()

    first = create(sales_team.rita, submission=submission)
    second = create(sales_team.rita, submission=submission)

    assert first == second
    assert Deal.objects.count() == 1


def test_somebody_elses_submission_is_not_handed_out(sales_team):
    submission = uuid4()
    create(sales_team.rita, submission=submission)

    with pytest.raises(ValidationError):
        create(sales_team.rob, submission=submission)

    assert Deal.objects.count() == 1


def test_a_rep_creates_for_themself_alone_and_a_manager_for_those_below(sales_team):
    with pytest.raises(PermissionDenied):
        create(sales_team.rita, owner=sales_team.ron)
    with pytest.raises(PermissionDenied):
        create(sales_team.mia, owner=sales_team.rob)
    with pytest.raises(PermissionDenied):
        create(sales_team.eve, owner=sales_team.rita)

    assert create(sales_team.mia, owner=sales_team.ron).owner == sales_team.ron
    assert create(sales_team.ada, owner=sales_team.rob).owner == sales_team.rob


def test_a_deal_is_not_given_to_somebody_who_does_not_sell(sales_team):
    for person in (sales_team.rex, sales_team.gus, sales_team.ada):
        with pytest.raises(ValidationError) as refusal:
            create(sales_team.ada, owner=person)
        assert "owner" in messages(refusal)


def test_creating_a_won_or_lost_deal_asks_for_the_evidence_or_the_reason(sales_team):
    for stage, field in (
        (StageFactory(won=True), "win_evidence"),
        (StageFactory(lost=True), "lost_reason"),
    ):
        with pytest.raises(ValidationError) as refusal:
            create(sales_team.rita, stage=stage)
        assert list(messages(refusal)) == [field]

    won = create(sales_team.rita, stage=StageFactory(won=True), win_evidence="Order 7", at=MONDAY)
    assert (won.closed_on, won.credited_to, won.created_at) == (
        MONDAY.date(),
        sales_team.rita,
        MONDAY,
    )


def test_an_import_may_bring_a_lost_deal_without_reason_of_somebody_who_left(sales_team):
    deal = create(
        sales_team.ada, source="import", owner=sales_team.gus, stage=StageFactory(lost=True)
    )

    assert deal.status == Status.LOST


def test_an_edit_changes_the_named_fields_and_logs_before_and_after(sales_team):
    deal = create(sales_team.rita, amount=Decimal(100))

    after = edit(deal, sales_team.mia, amount=Decimal(250), next_step="  Send the offer ")

    entry = AuditEntry.objects.about(deal).first()
    assert (after.amount, after.next_step, after.version) == (Decimal(250), "Send the offer", 2)
    assert (entry.actor, entry.action) == (sales_team.mia, "deal.edit")
    assert entry.changes == {"amount": ["100.00", "250"], "next_step": ["", "Send the offer"]}


def test_an_edit_that_changes_nothing_leaves_no_trace(sales_team):
    deal = create(sales_team.rita, amount=Decimal(100))
    before = state()

    after = edit(deal, sales_team.rita, amount=Decimal(100))

    assert after.version == 1
    assert state() == before


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(sales_team):
    deal = create(sales_team.rita, amount=Decimal(100))
    edit(deal, sales_team.rita, version=1, amount=Decimal(200))
    before = state()

    with pytest.raises(services.EditConflict) as conflict:
        edit(deal, sales_team.mia, version=1, amount=Decimal(300), next_step="Call")

    assert conflict.value.current.amount == Decimal(200)
    assert conflict.value.attempted == {"amount": Decimal(300), "next_step": "Call"}
    assert state() == before


def test_a_stale_edit_that_asks_for_what_already_holds_is_done(sales_team):
    deal = create(sales_team.rita, amount=Decimal(100))
    edit(deal, sales_team.rita, version=1, amount=Decimal(200))
    before = state()

    after = edit(deal, sales_team.rita, version=1, amount=Decimal(200))

    assert after.version == 2
    assert state() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("12345678901234567")}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"currency": "dollars"}, "currency"),
        ({"currency": "CHF"}, "currency"),
        ({"expected_close_on": date(1899, 12, 31)}, "expected_close_on"),
        ({"expected_close_on": date(2200, 1, 1)}, "expected_close_on"),
        ({"next_step_on": date(1899, 12, 31)}, "next_step_on"),
        ({"category_override": "closed"}, "category_override"),
        ({"category_override": "sure"}, "category_override"),
        ({"lost_reason": "price"}, "lost_reason"),
        ({"external_id": "taken"}, "external_id"),
        ({"status": "won"}, "status"),
        ({"closed_on": date(2026, 1, 1)}, "closed_on"),
    ],
)
def test_a_bad_value_is_refused_on_its_field_and_nothing_changes(sales_team, changes, field):
    create(sales_team.rita, external_id="taken")
    deal = create(sales_team.rita, amount=Decimal(100))
    before = state()

    with pytest.raises(ValidationError) as refusal:
        edit(deal, sales_team.rita, **changes)

    assert list(messages(refusal)) == [field]
    assert state() == before


def test_an_amount_that_overflows_in_the_reporting_currency_is_refused(sales_team):
    ExchangeRateFactory(currency="KWD", rate="1000")

    with pytest.raises(ValidationError) as refusal:
        create(sales_team.rita, amount=Decimal("999999999999"), currency="KWD")

    assert "reporting currency" in messages(refusal)["amount"][0]


def test_only_the_owner_those_above_and_admins_may_edit(sales_team):
    deal = create(sales_team.rita)

    for stranger in (
        sales_team.ron,
        sales_team.max,
        sales_team.stan,
        sales_team.eve,
        sales_team.rex,
    ):
        with pytest.raises(PermissionDenied):
            edit(deal, stranger, name="Mine now")

    for number, person in enumerate(
        (sales_team.rita, sales_team.mia, sales_team.dana, sales_team.ada)
    ):
        deal = edit(deal, person, name=f"Round {number}")
    assert deal.name == "Round 3"


def test_a_manager_gives_deals_to_those_below_and_a_rep_gives_none_away(sales_team):
    deal = create(sales_team.rita)

    with pytest.raises(PermissionDenied):
        edit(deal, sales_team.rita, owner=sales_team.ron)
    with pytest.raises(ValidationError) as refusal:
        edit(deal, sales_team.mia, owner=sales_team.rob)
    assert "owner" in messages(refusal)

    assert edit(deal, sales_team.mia, owner=sales_team.ron).owner == sales_team.ron


def test_a_deal_of_an_archived_account_or_in_an_archived_stage_is_not_made(sales_team):
    gone = timezone.now()
    with pytest.raises(ValidationError) as refusal:
        create(sales_team.rita, account=AccountFactory(archived_at=gone))
    assert "account" in messages(refusal)

    with pytest.raises(ValidationError) as refusal:
        create(sales_team.rita, stage=StageFactory(name="Old", archived_at=gone))
    assert "stage" in messages(refusal)


def test_losing_asks_for_a_reason_and_winning_for_evidence(sales_team):
    deal = create(sales_team.rita)
    before = state()

    for stage, field in (
        (StageFactory(lost=True), "lost_reason"),
        (StageFactory(won=True), "win_evidence"),
    ):
        with pytest.raises(ValidationError) as refusal:
            move(deal, sales_team.rita, stage)
        assert list(messages(refusal)) == [field]
    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, StageFactory(lost=True), lost_reason="mood")
    assert list(messages(refusal)) == ["lost_reason"]

    assert state() == before


def test_the_reason_of_a_closing_stands_in_the_history(sales_team):
    deal = create(sales_team.rita)

    deal = move(
        deal,
        sales_team.rita,
        StageFactory(lost=True),
        lost_reason=LostReason.PRICE,
        lost_note="40 % above the other offer",
    )

    version = deal.versions.latest("valid_from")
    assert (deal.status, deal.category) == (Status.LOST, Category.OMITTED)
    assert version.reason == "Price: 40 % above the other offer"
    assert version.changed_by == sales_team.rita


def test_reopening_clears_the_texts_of_the_closing_and_the_log_keeps_them(sales_team):
    deal = create(sales_team.rita)
    deal = move(
        deal,
        sales_team.rita,
        StageFactory(lost=True),
        lost_reason=LostReason.TIMING,
        lost_note="Next year",
    )

    deal = move(deal, sales_team.mia, StageFactory(propose=True), reopen_reason="Their budget came")

    entry = AuditEntry.objects.about(deal).first()
    assert (deal.status, deal.lost_reason, deal.lost_note) == (Status.OPEN, None, "")
    assert entry.changes["lost_reason"] == ["timing", None]
    assert entry.changes["lost_note"] == ["Next year", ""]
    assert entry.changes["stage"] == ["Lost", "Propose"]


def test_a_stale_move_is_told_and_moves_nothing(sales_team):
    deal = create(sales_team.rita)
    edit(deal, sales_team.mia, next_step="Wait")

    with pytest.raises(services.EditConflict) as conflict:
        move(deal, sales_team.rita, StageFactory(propose=True), version=1)

    assert conflict.value.current.next_step == "Wait"
    assert Deal.objects.get().stage.name == "Qualify"


def test_an_archived_deal_rests_until_it_is_restored(sales_team):
    deal = create(sales_team.rita)

    deal = services.archive_deal(
        deal, by=sales_team.rita, source="page", version=1, now=timezone.now(), reason="A double"
    )
    assert not Deal.objects.live().exists()
    with pytest.raises(ValidationError, match="archived"):
        edit(deal, sales_team.rita, name="New")
    with pytest.raises(ValidationError, match="archived"):
        move(deal, sales_team.rita, StageFactory(propose=True))

    deal = services.restore_deal(deal, by=sales_team.mia, source="page", version=deal.version)
    assert Deal.objects.live().get() == deal
    assert list(AuditEntry.objects.about(deal).values_list("action", "reason")) == [
        ("deal.restore", ""),
        ("deal.archive", "A double"),
        ("deal.create", ""),
    ]


def test_a_note_on_an_old_won_deal_leaves_its_booking_where_it_was(sales_team):
    deal = create(
        sales_team.rita,
        stage=StageFactory(won=True),
        win_evidence="Order 7",
        amount=Decimal(900),
        at=datetime(2025, 11, 5, 9, tzinfo=UTC),
    )

    edit(deal, sales_team.rita, next_step="Ask for a reference", source="Fair")

    this_month = timezone.now().date().replace(day=1)
    versions = Deal.objects.as_of(timezone.now())
    assert not versions.won().filter(closed_on__gte=this_month).exists()
    assert versions.won().get().closed_on == date(2025, 11, 5)


def test_the_system_may_write_for_anybody(sales_team):
    deal = create(None, owner=sales_team.gus, source="task")

    assert deal.created_by is None
    assert Person.objects.get(pk=deal.owner_id) == sales_team.gus


@pytest.mark.parametrize("field", ["status", "created_at", "version"])
def test_what_the_database_derives_is_not_set_at_the_creation(sales_team, field):
    with pytest.raises(TypeError, match=f"a deal has no {field} to set"):
        create(sales_team.rita, **{field: "won"})

    assert not Deal.objects.exists()
