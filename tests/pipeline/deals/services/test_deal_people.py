from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from org.models.audit import AuditEntry
from pipeline.deals import services
from pipeline.deals.models import DealContact
from pipeline.enums import BuyingRole
from tests.factories.pipeline import (
    AccountFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def deal(sales_team):
    return DealFactory(owner=sales_team.rita, account=AccountFactory())


@pytest.fixture
def ann(deal):
    return ContactFactory(account=deal.account, full_name="Ann")


def roles_as_of(moment):
    return list(DealContact.objects.as_of(moment).values_list("role", flat=True))


def test_roles_follow_each_other_and_can_be_read_as_of_any_moment(sales_team, deal, ann):
    rita = sales_team.rita
    first = services.add_contact(deal, by=rita, contact=ann, role="user", at=MONDAY)
    then = MONDAY + timedelta(days=2)
    second = services.change_role(first, by=rita, role="champion", at=then)
    gone = MONDAY + timedelta(days=5)
    services.remove_contact(second, by=rita, at=gone)

    assert roles_as_of(MONDAY - timedelta(seconds=1)) == []
    assert roles_as_of(MONDAY) == roles_as_of(then - timedelta(seconds=1)) == ["user"]
    assert roles_as_of(then) == roles_as_of(gone - timedelta(seconds=1)) == ["champion"]
    assert roles_as_of(gone) == []
    entries = AuditEntry.objects.about(deal).order_by("pk")
    assert [(e.action, e.changes["contact"]) for e in entries] == [
        ("deal.add_contact", [None, "Ann: User"]),
        ("deal.change_contact", ["Ann: User", "Ann: Champion"]),
        ("deal.remove_contact", ["Ann: Champion", None]),
    ]


def test_twice_is_once(sales_team, deal, ann):
    once = {"by": sales_team.rita, "at": MONDAY}
    row = services.add_contact(deal, contact=ann, role="user", **once)

    assert services.add_contact(deal, contact=ann, role="user", **once) == row
    assert services.change_role(row, role="user", **once) == row
    services.remove_contact(row, **once)
    services.remove_contact(row, by=sales_team.rita, at=MONDAY + timedelta(days=1))

    assert DealContact.objects.get().ended_at == MONDAY
    assert AuditEntry.objects.about(deal).count() == 2


def test_one_contact_plays_several_roles_but_each_once(sales_team, deal, ann):
    rita = sales_team.rita
    payer = services.add_contact(deal, by=rita, contact=ann, role="economic_buyer", at=MONDAY)
    services.add_contact(deal, by=rita, contact=ann, role="champion", at=MONDAY)

    with pytest.raises(ValidationError) as refused:
        services.change_role(payer, by=rita, role="champion", at=MONDAY)

    assert refused.value.message_dict == {"role": ["Ann is named as champion already."]}
    assert sorted(DealContact.objects.standing().values_list("role", flat=True)) == [
        "champion",
        "economic_buyer",
    ]


def test_contacts_of_others_and_archived_ones_are_refused_by_name(sales_team, deal):
    stranger = ContactFactory()
    gone = ContactFactory(account=deal.account, archived_at=MONDAY)

    for contact, sentence in (
        (stranger, "Choose a contact of the deal's account."),
        (gone, "This contact is archived; restore them first."),
    ):
        with pytest.raises(ValidationError) as refused:
            services.add_contact(deal, by=sales_team.rita, contact=contact, role="user", at=MONDAY)
        assert refused.value.message_dict == {"contact": [sentence]}
    assert not DealContact.objects.exists()


def test_a_role_that_is_none_is_refused(sales_team, deal, ann):
    with pytest.raises(ValidationError) as refused:
        services.add_contact(deal, by=sales_team.rita, contact=ann, role="king", at=MONDAY)

    assert "role" in refused.value.message_dict


def test_a_role_that_was_ended_meanwhile_is_not_changed(sales_team, deal, ann):
    row = DealContactFactory(deal=deal, contact=ann)
    services.remove_contact(row, by=sales_team.mia, at=MONDAY)

    with pytest.raises(ValidationError, match="meanwhile"):
        services.change_role(row, by=sales_team.rita, role="user", at=MONDAY)


def test_whose_deal_it_is_not_changes_nothing(sales_team, deal, ann):
    row = DealContactFactory(deal=deal, contact=ann)
    deeds = (
        lambda by: services.add_contact(deal, by=by, contact=ann, role="legal", at=MONDAY),
        lambda by: services.change_role(row, by=by, role="legal", at=MONDAY),
        lambda by: services.remove_contact(row, by=by, at=MONDAY),
    )

    for deed in deeds:
        for by in (sales_team.ron, sales_team.eve, sales_team.stan):
            with pytest.raises(PermissionDenied):
                deed(by)
    assert list(DealContact.objects.values_list("role", "ended_at")) == [("champion", None)]


@pytest.mark.parametrize(
    "change",
    [
        {"role": BuyingRole.LEGAL},
        {"added_at": MONDAY - timedelta(days=9)},
        {"ended_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_the_database_keeps_what_was(deal, ann, change):
    row = DealContactFactory(deal=deal, contact=ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        DealContact.objects.filter(pk=row.pk).update(**change)


def test_the_database_has_each_standing_role_once(deal, ann):
    DealContactFactory(deal=deal, contact=ann, ended_at=MONDAY)
    DealContactFactory(deal=deal, contact=ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        DealContactFactory(deal=deal, contact=ann)
