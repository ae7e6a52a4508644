from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from pipeline import history
from pipeline.deals.models import FOREVER, Deal, DealVersion
from pipeline.enums import Category, Status
from tests.factories.org import ExchangeRateFactory, OrganisationFactory, PersonFactory
from tests.factories.pipeline import DealFactory, StageFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


def change(deal, *, at, **fields):
    with history.writing(by=None, source="page", at=at):
        Deal.objects.filter(pk=deal.pk).update(**fields)
    deal.refresh_from_db()


def test_a_new_deal_has_one_version_from_its_creation_on():
    deal = DealFactory(created_at=MONDAY, expected_close_on=date(2026, 5, 1))

    version = deal.versions.get()

    assert (version.valid_from, version.valid_to) == (MONDAY, FOREVER)
    assert (version.status, version.probability, version.amount_base) == (
        Status.OPEN,
        20,
        Decimal(1000),
    )
    assert (deal.original_close_on, deal.version, deal.stage_entered_at) == (
        date(2026, 5, 1),
        1,
        MONDAY,
    )


def test_each_change_ends_one_version_and_starts_the_next():
    deal = DealFactory(created_at=MONDAY)

    change(deal, at=TUESDAY, amount=2500)
    change(deal, at=WEDNESDAY, next_step="Send the offer")

    spans = list(
        deal.versions.order_by("valid_from").values_list("valid_from", "valid_to", "amount")
    )
    assert spans == [
        (MONDAY, TUESDAY, Decimal(1000)),
        (TUESDAY, WEDNESDAY, Decimal(2500)),
        (WEDNESDAY, FOREVER, Decimal(2500)),
    ]
    assert deal.version == 3


def test_as_of_gives_the_deal_as_it_stood_at_each_moment():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, amount=2500)

    seen = [
        list(Deal.objects.as_of(moment).values_list("amount", flat=True))
        for moment in (
            MONDAY - timedelta(seconds=1),
            MONDAY,
            TUESDAY - timedelta(seconds=1),
            TUESDAY,
        )
    ]

    assert seen == [[], [Decimal(1000)], [Decimal(1000)], [Decimal(2500)]]


def test_a_change_of_what_is_not_tracked_makes_no_version():
    deal = DealFactory(created_at=MONDAY)

    change(deal, at=TUESDAY, source="Web")

    assert deal.versions.count() == 1
    assert deal.version == 2


def test_what_one_transaction_does_is_one_change():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, amount=2)

    with history.writing(by=None, source="page"):
        Deal.objects.filter(pk=deal.pk).update(amount=3)
        Deal.objects.filter(pk=deal.pk).update(amount=4)

    assert list(deal.versions.order_by("valid_from").values_list("amount", flat=True)) == [
        1000,
        2,
        4,
    ]


def test_a_change_carries_its_author_way_and_reason():
    deal, rita = DealFactory(created_at=MONDAY), PersonFactory()

    with history.writing(by=rita, source="api", reason="Scope grew", at=TUESDAY):
        Deal.objects.filter(pk=deal.pk).update(amount=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pipeline_deal SET amount = 6 WHERE id = %s", [deal.pk])

    newest, before = deal.versions.order_by("-valid_from")[:2]
    assert (before.changed_by, before.source, before.reason) == (rita, "api", "Scope grew")
    assert (newest.changed_by, newest.source, newest.reason) == (None, "sql", "")


def test_winning_sets_the_day_credit_and_category_in_the_organisations_zone():
    OrganisationFactory(time_zone="Pacific/Auckland")
    rita = PersonFactory()
    deal = DealFactory(created_at=MONDAY, owner=rita)

    change(deal, at=datetime(2026, 3, 31, 12, tzinfo=UTC), stage=StageFactory(won=True))

    assert (deal.status, deal.closed_on, deal.category) == (
        Status.WON,
        date(2026, 4, 1),
        Category.CLOSED,
    )
    assert deal.credited_to == rita


def test_credit_stays_with_the_owner_at_the_closing():
    rita, ron = PersonFactory(), PersonFactory()
    deal = DealFactory(created_at=MONDAY, owner=rita)
    change(deal, at=TUESDAY, stage=StageFactory(won=True))

    change(deal, at=WEDNESDAY, owner=ron)

    assert (deal.owner, deal.credited_to, deal.closed_on) == (ron, rita, TUESDAY.date())


def test_editing_an_old_won_deal_does_not_move_its_closing():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, stage=StageFactory(won=True))

    change(deal, at=TUESDAY + timedelta(days=60), next_step="Ask for a reference")

    assert deal.closed_on == TUESDAY.date()


def test_reopening_takes_the_closing_back_and_a_second_win_has_a_new_day():
    won, rita, ron = StageFactory(won=True), PersonFactory(), PersonFactory()
    deal = DealFactory(created_at=MONDAY, owner=rita)
    change(deal, at=TUESDAY, stage=won)

    change(deal, at=WEDNESDAY, stage=StageFactory(), owner=ron)
    assert (deal.status, deal.closed_on, deal.credited_to) == (Status.OPEN, None, None)
    change(deal, at=WEDNESDAY + timedelta(days=3), stage=won)

    assert (deal.closed_on, deal.credited_to) == (date(2026, 3, 7), ron)


def test_the_owners_category_wins_over_the_stages_until_cleared():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, category_override=Category.COMMIT)
    change(deal, at=WEDNESDAY, stage=StageFactory(propose=True))
    assert deal.category == Category.COMMIT

    change(deal, at=WEDNESDAY + timedelta(hours=1), category_override=None)

    assert deal.category == Category.BEST_CASE


def test_the_original_close_date_is_the_first_that_was_named():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, expected_close_on=date(2026, 6, 30))

    change(deal, at=WEDNESDAY, expected_close_on=date(2026, 9, 30))

    assert deal.original_close_on == date(2026, 6, 30)


def test_a_foreign_amount_is_converted_at_the_dated_rate_and_frozen_at_the_closing():
    OrganisationFactory()
    ExchangeRateFactory(valid_from=date(2026, 1, 1), rate="1.10")
    ExchangeRateFactory(valid_from=date(2026, 3, 3), rate="1.25")
    ExchangeRateFactory(valid_from=date(2026, 3, 4), rate="2")
    deal = DealFactory(created_at=MONDAY, amount=Decimal("100.05"), currency="EUR")
    assert conversion(deal) == (Decimal("110.06"), Decimal("1.1"), date(2026, 1, 1))

    change(deal, at=TUESDAY, stage=StageFactory(won=True))
    closed = (Decimal("125.06"), Decimal("1.25"), date(2026, 3, 3))
    assert conversion(deal) == closed
    change(deal, at=WEDNESDAY, next_step="Invoice")

    assert conversion(deal) == closed
    assert [conversion(version) for version in deal.versions.order_by("valid_from")] == [
        (Decimal("110.06"), Decimal("1.1"), date(2026, 1, 1)),
        closed,
        closed,
    ]
    history.check()


def conversion(row):
    return row.amount_base, row.exchange_rate, row.exchange_rate_from


def test_a_corrected_closing_day_brings_the_rate_of_that_day():
    OrganisationFactory()
    ExchangeRateFactory(valid_from=date(2026, 1, 1), rate="1.10")
    ExchangeRateFactory(valid_from=date(2026, 3, 3), rate="1.25")
    deal = DealFactory(created_at=MONDAY, amount=Decimal(100), currency="EUR")
    change(deal, at=WEDNESDAY, stage=StageFactory(won=True))
    assert deal.amount_base == 125

    change(deal, at=WEDNESDAY + timedelta(hours=1), closed_on=date(2026, 3, 2))

    assert conversion(deal) == (110, Decimal("1.1"), date(2026, 1, 1))
    assert conversion(deal.versions.latest("valid_from")) == conversion(deal)


def test_an_amount_in_the_reporting_currency_or_none_has_no_rate():
    OrganisationFactory()
    ExchangeRateFactory(rate="1.10")
    deal = DealFactory(created_at=MONDAY, amount=Decimal(100), currency="EUR")

    change(deal, at=TUESDAY, currency="USD")
    assert conversion(deal) == (100, None, None)
    change(deal, at=WEDNESDAY, currency="EUR")
    assert conversion(deal)[1] == Decimal("1.1")
    change(deal, at=WEDNESDAY + timedelta(hours=1), amount=None)

    assert conversion(deal) == (None, None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM org_exchangerate WHERE rate = 1.1",
        "UPDATE org_exchangerate SET rate = 1.2 WHERE rate = 1.1",
        "UPDATE org_exchangerate SET valid_from = '2026-02-01' WHERE rate = 1.1",
        "UPDATE org_exchangerate SET currency = 'CHF' WHERE rate = 1.1",
    ],
)
def test_a_rate_that_explains_an_amount_stays(statement):
    OrganisationFactory()
    ExchangeRateFactory(valid_from=date(2026, 1, 1), rate="1.10")
    unused = ExchangeRateFactory(valid_from=date(2026, 3, 10), rate="1.3")
    deal = DealFactory(created_at=MONDAY, amount=Decimal(100), currency="EUR")
    change(deal, at=TUESDAY, amount=None)

    with (
        pytest.raises(IntegrityError, match="were converted by the rate of EUR from 2026-01-01"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    type(unused).objects.filter(pk=unused.pk).update(rate="1.4")
    unused.delete()


def test_a_foreign_amount_without_a_rate_is_refused_and_changes_nothing():
    OrganisationFactory()
    deal = DealFactory(created_at=MONDAY)

    with pytest.raises(IntegrityError, match="no exchange rate for CHF"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(currency="CHF")

    deal.refresh_from_db()
    assert (deal.currency, deal.versions.count()) == ("USD", 1)


def test_history_cannot_be_written_before_the_last_change():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=WEDNESDAY, amount=2)

    with pytest.raises(IntegrityError, match="later change"):
        change(deal, at=TUESDAY, amount=3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pipeline_dealversion SET amount = 1",
        "DELETE FROM pipeline_dealversion",
        "INSERT INTO pipeline_dealversion SELECT * FROM pipeline_dealversion",
    ],
)
def test_nobody_writes_history_by_hand(statement):
    DealFactory()

    with (
        pytest.raises(IntegrityError, match="by the database alone"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_changed_stage_definition_enters_the_history_of_its_open_deals():
    stage = StageFactory()
    deal, other = (
        DealFactory(created_at=MONDAY, stage=stage),
        DealFactory(stage=StageFactory(propose=True)),
    )

    with history.writing(by=None, source="page", at=TUESDAY):
        type(stage).objects.filter(pk=stage.pk).update(
            probability=35, default_category=Category.BEST_CASE
        )

    assert list(deal.versions.order_by("valid_from").values_list("probability", "category")) == [
        (20, "pipeline"),
        (35, "best_case"),
    ]
    assert other.versions.count() == 1


def test_a_stage_that_holds_deals_keeps_its_kind():
    deal = DealFactory()

    with pytest.raises(IntegrityError, match="its kind stays"):
        type(deal.stage).objects.filter(pk=deal.stage_id).update(
            kind=Status.WON, probability=100, default_category=Category.CLOSED
        )


def test_bulk_writes_leave_their_history_too():
    stage, owner = StageFactory(), PersonFactory()
    Deal.objects.bulk_create(
        Deal(
            name=f"Bulk {n}", owner=owner, stage=stage, currency="USD", amount=n, created_at=MONDAY
        )
        for n in range(50)
    )

    with history.writing(by=owner, source="task", at=TUESDAY):
        Deal.objects.filter(name__startswith="Bulk").update(stage=StageFactory(lost=True))

    assert DealVersion.objects.as_of(MONDAY).open().count() == 50
    assert DealVersion.objects.as_of(TUESDAY).filter(status=Status.LOST).count() == 50
    history.check()


def test_check_names_a_broken_chain():
    deal = DealFactory(created_at=MONDAY)
    change(deal, at=TUESDAY, amount=2)

    with history.writing(by=None, source="import", rewrite=True):
        DealVersion.objects.filter(deal=deal, valid_to=TUESDAY).update(
            valid_to=TUESDAY - timedelta(hours=1)
        )

    with pytest.raises(history.BrokenHistoryError, match="gap"):
        history.check([deal.pk])


def test_a_deal_cannot_be_created_in_the_future():
    with pytest.raises(IntegrityError, match="in the future"):
        DealFactory(created_at=datetime(2199, 1, 1, tzinfo=UTC))


def test_a_change_cannot_lie_in_the_future():
    deal = DealFactory(created_at=MONDAY)

    with pytest.raises(IntegrityError, match="changed in the future"), transaction.atomic():
        change(deal, at=datetime(2199, 1, 1, tzinfo=UTC), amount=2)
    with (
        pytest.raises(IntegrityError, match="changed in the future"),
        history.writing(by=None, source="import", rewrite=True),
    ):
        Deal.objects.filter(pk=deal.pk).update(stage_entered_at=datetime(2199, 1, 1, tzinfo=UTC))

    assert deal.versions.count() == 1


def test_a_closing_cannot_lie_in_the_future():
    won, day = StageFactory(won=True), date(2099, 1, 1)
    DealFactory(created_at=MONDAY)
    DealFactory(created_at=MONDAY, stage=won)

    with pytest.raises(IntegrityError, match="closed in the future"), transaction.atomic():
        DealFactory(created_at=MONDAY, stage=won, closed_on=day)
    for stage in (StageFactory(), won):
        with pytest.raises(IntegrityError, match="closed in the future"), transaction.atomic():
            Deal.objects.filter(stage=stage).update(stage=won, closed_on=day)

    assert DealVersion.objects.count() == 2


def test_a_closing_of_today_in_the_organisations_zone_is_none_of_the_future():
    OrganisationFactory(time_zone="Pacific/Kiritimati")
    today = datetime.now(UTC) + timedelta(hours=14)

    deal = DealFactory(stage=StageFactory(won=True), closed_on=today.date())

    assert deal.closed_on == today.date()


def test_check_names_a_version_from_the_future():
    deal = DealFactory(created_at=MONDAY)
    late = datetime.now(UTC) + timedelta(days=1)
    with history.writing(by=None, source="import", rewrite=True):
        last = deal.versions.get()
        DealVersion.objects.filter(pk=last.pk).update(valid_to=late)
        last.pk, last.valid_from = None, late
        last.save(force_insert=True)

    with pytest.raises(history.BrokenHistoryError, match="version from the future"):
        history.check([deal.pk])
