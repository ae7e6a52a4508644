from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from org.models.audit import AuditEntry
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import PastWrite
from tests.factories.pipeline import DealFactory, StageFactory

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def deal(sales_team):
    return DealFactory(owner=sales_team.rita, name="Optics")


def revenue(*pairs):
    return [Share(person, "revenue", Decimal(percent)) for person, percent in pairs]


def split(deal, *, by, shares, at=MONDAY, reason="Agreed", seen=None):
    return split_credit(deal, by=by, shares=shares, reason=reason, at=at, seen=seen)


def test_a_split_is_added_with_its_reason_and_the_one_before_stays(sales_team, deal):
    rita, ron, mia = sales_team.rita, sales_team.ron, sales_team.mia
    first = split(deal, by=rita, shares=revenue((rita, "60"), (ron, "40")))
    overlay = [*revenue((rita, "100")), Share(mia, "overlay", Decimal(30))]
    second = split(deal, by=mia, shares=overlay, at=MONDAY + timedelta(days=1), seen=first.pk)

    assert list(deal.credit_splits.all()) == [second, first]
    assert [(s.person, s.percent) for s in first.shares.all()] == [(rita, 60), (ron, 40)]
    entry = AuditEntry.objects.about(deal).first()
    assert entry.action == "deal.split_credit"
    assert entry.changes == {
        "credit": ["Rita Rep 60 %, Ron Rep 40 %", "Rita Rep 100 %, Mia Manager 30 % overlay"]
    }
    assert entry.reason == "Agreed"


def test_the_same_again_is_nothing_new(sales_team, deal):
    shares = revenue((sales_team.rita, "60"), (sales_team.ron, "40"))

    first = split(deal, by=sales_team.rita, shares=shares)
    again = split(deal, by=sales_team.rita, shares=[*reversed(shares)])

    assert first == again
    assert CreditSplit.objects.count() == AuditEntry.objects.about(deal).count() == 1


@pytest.mark.parametrize(
    ("percents", "sentence"),
    [
        (("60", "30"), "The revenue shares make 90 %; they must make exactly 100 %."),
        (("60", "40.5"), "The revenue shares make 100.5 %; they must make exactly 100 %."),
        (("120", "-20"), "Rita Rep: a share is above 0 and at most 100 %."),
        (("33.333", "66.667"), "Rita Rep: a share has two decimals at most."),
    ],
)
def test_shares_that_make_no_whole_are_refused_by_name_and_sum(
    sales_team, deal, percents, sentence
):
    shares = revenue(*zip((sales_team.rita, sales_team.ron), percents, strict=True))

    with pytest.raises(ValidationError) as refused:
        split(deal, by=sales_team.rita, shares=shares, reason=" ")

    assert refused.value.message_dict["shares"][0] == sentence
    assert refused.value.message_dict["reason"] == ["Give the reason for this split."]
    assert not CreditSplit.objects.exists()
    assert not AuditEntry.objects.about(deal).exists()


def test_who_is_named_twice_or_does_not_sell_is_refused(sales_team, deal):
    for shares, sentence in (
        (
            revenue((sales_team.rita, "50"), (sales_team.rita, "50")),
            "Rita Rep is named twice: add the shares up.",
        ),
        (
            revenue((sales_team.rita, "50"), (sales_team.rex, "50")),
            "Rex Recruiter does not sell here, so no credit can be theirs.",
        ),
        (
            revenue((sales_team.rita, "50"), (sales_team.gus, "50")),
            "Gus Gone does not sell here, so no credit can be theirs.",
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            split(deal, by=None, shares=shares)
        assert refused.value.message_dict["shares"] == [sentence]


def test_the_owner_who_left_keeps_what_they_earned(sales_team):
    deal = DealFactory(owner=sales_team.lou, stage=StageFactory(won=True))

    split(deal, by=None, shares=revenue((sales_team.lou, "50"), (sales_team.rita, "50")))

    assert CreditShare.objects.count() == 2


def test_once_closed_a_manager_or_admin_parts_the_credit(sales_team):
    deal = DealFactory(owner=sales_team.rita, stage=StageFactory(won=True))
    shares = revenue((sales_team.ron, "100"))

    for by in (sales_team.rita, sales_team.ron, sales_team.max, sales_team.eve, sales_team.stan):
        with pytest.raises(PermissionDenied):
            split(deal, by=by, shares=shares)
    assert split(deal, by=sales_team.mia, shares=shares).set_by == sales_team.mia


def test_who_looked_at_an_older_split_overwrites_nothing(sales_team, deal):
    split(deal, by=sales_team.rita, shares=revenue((sales_team.ron, "100")))

    with pytest.raises(ValidationError, match="meanwhile"):
        split(deal, by=sales_team.rita, shares=revenue((sales_team.rita, "100")))


def test_a_split_is_noted_as_a_write_into_the_past_from_its_moment_on(sales_team, deal):
    PastWrite.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('salesmgr.noted_since', '', true)")

    split(deal, by=None, shares=revenue((sales_team.ron, "100")))

    assert PastWrite.objects.get().since == MONDAY


def insert(deal, *percents, people):
    made = CreditSplit.objects.create(deal=deal, reason="By hand")
    CreditShare.objects.bulk_create(
        CreditShare(split=made, person=person, kind="revenue", percent=percent)
        for person, percent in zip(people, percents, strict=True)
    )
    return made


def insert_at_once(deal, *percents, people):
    insert(deal, *percents, people=people)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_shares_that_make_no_whole(sales_team, deal):
    people = (sales_team.rita, sales_team.ron)
    insert(deal, "33.33", "66.67", people=people)

    with pytest.raises(IntegrityError, match=r"make 90\.00 percent"), transaction.atomic():
        insert_at_once(deal, "50", "40", people=people)


def test_the_database_lets_splits_only_be_added(sales_team, deal):
    made = insert(deal, "100", people=[sales_team.ron])

    for write in (
        lambda: CreditSplit.objects.filter(pk=made.pk).update(reason="x"),
        lambda: CreditSplit.objects.filter(pk=made.pk)._raw_delete("default"),
        lambda: CreditShare.objects.update(percent=50),
        lambda: CreditShare.objects.all()._raw_delete("default"),
        lambda: CreditSplit.objects.create(
            deal=deal, reason="x", set_at=timezone.now() + timedelta(days=1)
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_a_share_cannot_join_a_split_later(sales_team, deal):
    made = insert_whole(deal, sales_team)

    with pytest.raises(IntegrityError, match="set with"):
        CreditShare.objects.create(split=made, person=sales_team.mia, kind="overlay", percent=5)


@transaction.atomic
def insert_whole(deal, sales_team):
    return insert(deal, "100", people=[sales_team.ron])


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_refused_and_nothing_is_lost(sales_team, deal):
    choices = [revenue((sales_team.rita, "100")), revenue((sales_team.ron, "100"))]

    def one(shares):
        try:
            return split(deal, by=sales_team.rita, shares=shares)
        except ValidationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, choices))

    refused = [found for found in results if isinstance(found, ValidationError)]
    assert len(refused) == 1
    assert "meanwhile" in str(refused[0])
    assert CreditSplit.objects.count() == 1
