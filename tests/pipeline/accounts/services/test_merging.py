"""Merging moves everything, loses nothing, and is taken back exactly."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from org.models.audit import AuditEntry
from pipeline.accounts.models import Apart, Merge
from pipeline.accounts.services import (
    followers,
    free_days,
    merge_rows,
    set_apart,
    undo_merge,
)
from pipeline.activities.models import Activity
from pipeline.customers import services as account_services
from pipeline.customers.models import Account, AccountTerritory, Contact
from pipeline.deals.models import Deal, DealContact, DealVersion
from tests.factories.org import TerritoryFactory
from tests.factories.pipeline import AccountFactory, ActivityFactory, ContactFactory, DealFactory

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def state() -> dict[str, list[tuple]]:
    """Return all that a merge may touch, read by plain SQL."""
    tables = {
        "pipeline_account": "id, name, parent_id, industry, website, external_id, archived_at,"
        " merged_into_id",
        "pipeline_contact": "id, account_id, email, external_id, archived_at, merged_into_id",
        "pipeline_deal": "id, account_id, status, amount_base, closed_on",
        "pipeline_activity": "id, account_id, contact_id",
        "pipeline_accountterritory": "account_id, territory_id, valid_from, valid_to",
        "pipeline_dealcontact": "id, contact_id, ended_at",
    }
    found = {}
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3")
            found[table] = cursor.fetchall()
    return found


@pytest.fixture
def duplicates(sales_team) -> tuple[Account, Account]:
    """Two rows of one customer, each with a deal, an activity, a contact and a child."""
    kept = AccountFactory(name="GTX Pro", industry="Optics", external_id="A-1")
    gone = AccountFactory(
        name="GTXPro Inc.", industry="Lenses", website="www.gtx.example", external_id="A-2"
    )
    for account in (kept, gone):
        ContactFactory(account=account)
        AccountFactory(parent=account)
        deal = DealFactory(owner=sales_team.rita, account=account)
        ActivityFactory(person=sales_team.rita, account=account, deal=deal)
    return kept, gone


def test_all_of_one_account_moves_to_the_other_and_back(duplicates, sales_team):
    kept, gone = duplicates
    moved, before = gone.deals.get(), state()

    merge = merge_rows(kept, gone, by=sales_team.mia, at=NOW)

    assert set(Deal.objects.values_list("account", flat=True)) == {kept.pk}
    assert set(Activity.objects.values_list("account", flat=True)) == {kept.pk}
    assert set(Contact.objects.values_list("account", flat=True)) == {kept.pk}
    assert Account.objects.filter(parent=kept).count() == 2
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (gone.merged_into, gone.archived_at) == (kept, NOW)
    # Its own values stay, an empty one is filled, and both ids are still known.
    assert (kept.industry, kept.website) == ("Optics", "www.gtx.example")
    assert (kept.external_id, gone.external_id) == ("A-1", "A-2")
    newest = DealVersion.objects.filter(deal=moved).latest("valid_from")
    assert newest.reason == "GTXPro Inc. is merged into GTX Pro"

    undo_merge(merge, by=sales_team.mia, at=NOW)

    assert state() == before
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"account.merge", "account.unmerge"} <= set(actions)


def test_the_chosen_values_and_a_lone_id_are_taken_over_and_given_back(sales_team):
    kept = AccountFactory(name="Old name", industry="Optics", external_id=None)
    gone = AccountFactory(name="New name", industry="Lenses", external_id="A-2")
    before = state()

    merge = merge_rows(kept, gone, by=sales_team.ada, at=NOW, take=["name"])

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.name, kept.industry, kept.external_id) == ("New name", "Optics", "A-2")
    assert gone.external_id is None
    undo_merge(merge, by=sales_team.ada, at=NOW)
    assert state() == before


def test_what_was_changed_since_stays_and_is_told(duplicates, sales_team):
    kept, gone = duplicates
    mine = gone.deals.get()
    merge = merge_rows(kept, gone, by=sales_team.mia, at=NOW)
    elsewhere = AccountFactory()
    Deal.objects.filter(pk=mine.pk).update(account=elsewhere)
    Account.objects.filter(pk=kept.pk).update(website="www.other.example")

    merge = undo_merge(merge, by=sales_team.mia, at=NOW)

    mine.refresh_from_db()
    kept.refresh_from_db()
    assert mine.account == elsewhere
    assert kept.website == "www.other.example"
    assert merge.left == [
        "Website was changed since.",
        "1 deal has gone elsewhere since and stays there.",
    ]


def test_twice_is_once(duplicates, sales_team):
    kept, gone = duplicates

    first = merge_rows(kept, gone, by=sales_team.mia, at=NOW)
    second = merge_rows(kept, gone, by=sales_team.mia, at=NOW)

    assert first == second
    assert Merge.objects.count() == 1
    undo_merge(first, by=sales_team.mia, at=NOW)
    once = state()
    undo_merge(first, by=sales_team.mia, at=NOW + timedelta(days=1))
    assert state() == once


def test_a_chain_is_taken_back_from_its_end(duplicates, sales_team):
    kept, gone = duplicates
    last = AccountFactory(name="GTX Professional")
    first = merge_rows(kept, gone, by=sales_team.mia, at=NOW)
    second = merge_rows(last, kept, by=sales_team.mia, at=NOW)
    gone.refresh_from_db()
    assert gone.merged_into == last

    with pytest.raises(ValidationError, match="undo that first"):
        undo_merge(first, by=sales_team.mia, at=NOW)

    undo_merge(second, by=sales_team.mia, at=NOW)
    undo_merge(first, by=sales_team.mia, at=NOW)
    assert Account.objects.filter(archived_at__isnull=True).count() == 5


def test_a_parent_and_its_child_become_one_without_a_circle(sales_team):
    parent = AccountFactory(name="Group")
    child = AccountFactory(name="Group Inc", parent=parent)
    before = state()

    merge = merge_rows(child, parent, by=sales_team.ada, at=NOW)

    child.refresh_from_db()
    assert child.parent is None
    undo_merge(merge, by=sales_team.ada, at=NOW)
    assert state() == before


def test_days_without_a_territory_get_the_others(sales_team):
    west, east = TerritoryFactory(), TerritoryFactory()
    kept, gone = AccountFactory(), AccountFactory()
    AccountTerritory.objects.create(
        account=kept, territory=west, valid_from=date(2026, 3, 1), valid_to=date(2026, 6, 1)
    )
    AccountTerritory.objects.create(account=gone, territory=east, valid_from=date(2026, 1, 1))
    before = state()

    merge = merge_rows(kept, gone, by=sales_team.ada, at=NOW)

    rows = kept.territories.order_by("valid_from").values_list(
        "territory", "valid_from", "valid_to"
    )
    assert list(rows) == [
        (east.pk, date(2026, 1, 1), date(2026, 3, 1)),
        (west.pk, date(2026, 3, 1), date(2026, 6, 1)),
        (east.pk, date(2026, 6, 1), None),
    ]
    undo_merge(merge, by=sales_team.ada, at=NOW)
    assert state() == before


def test_free_days_are_those_that_nothing_holds():
    may, june, july = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)

    assert free_days((may, None), []) == [(may, None)]
    assert free_days((may, july), [(june, None)]) == [(may, june)]
    assert free_days((june, july), [(may, None)]) == []
    assert free_days((may, june), [(june, july)]) == [(may, june)]


def test_contacts_become_one_with_their_activities_and_roles(sales_team):
    account = AccountFactory()
    deal = DealFactory(owner=sales_team.rita, account=account)
    kept, gone = (ContactFactory(account=account, email=mail) for mail in ("", "a@x.example"))
    ActivityFactory(person=sales_team.rita, account=account, contact=gone)
    for contact, role in ((kept, "champion"), (gone, "champion"), (gone, "user")):
        DealContact.objects.create(deal=deal, contact=contact, role=role)
    before = state()
    at = datetime.now(UTC)

    merge = merge_rows(kept, gone, by=sales_team.mia, at=at)

    kept.refresh_from_db()
    assert kept.email == "a@x.example"
    assert Activity.objects.get().contact == kept
    still = DealContact.objects.filter(ended_at=None).values_list("contact", "role")
    assert set(still) == {(kept.pk, "champion"), (kept.pk, "user")}
    undo_merge(merge, by=sales_team.mia, at=at)
    assert state() == before


def test_a_rep_and_a_stranger_do_not_merge(duplicates, sales_team):
    kept, gone = duplicates
    for actor in (sales_team.rita, sales_team.eve):
        with pytest.raises(PermissionDenied):
            merge_rows(kept, gone, by=actor, at=NOW)
        with pytest.raises(PermissionDenied):
            set_apart(kept, gone, by=actor, at=NOW)


def test_an_archived_row_and_a_row_with_itself_are_refused(duplicates, sales_team):
    kept, gone = duplicates
    with pytest.raises(ValidationError, match="two different"):
        merge_rows(kept, kept, by=sales_team.mia, at=NOW)
    Account.objects.filter(pk=gone.pk).update(archived_at=NOW)
    with pytest.raises(ValidationError, match="archived"):
        merge_rows(kept, gone, by=sales_team.mia, at=NOW)


def test_what_was_merged_comes_back_by_undoing_alone(duplicates, sales_team):
    kept, gone = duplicates
    merge_rows(kept, gone, by=sales_team.mia, at=NOW)
    gone.refresh_from_db()
    with pytest.raises(ValidationError, match="undo the merge"):
        account_services.restore_row(gone, by=sales_team.mia)


def test_two_are_said_to_be_two_once_whichever_way_round(duplicates, sales_team):
    kept, gone = duplicates
    assert set_apart(kept, gone, by=sales_team.mia, at=NOW) == set_apart(
        gone, kept, by=sales_team.mia, at=NOW
    )
    assert Apart.objects.count() == 1


def test_every_table_that_points_at_accounts_and_contacts_is_known():
    """A new one follows a merge by itself; look whether it should, then add it here."""

    def named(model):
        return {f"{field.model._meta.label}.{field.name}" for field in followers(model)}

    assert named(Account) == {
        "pipeline.Account.merged_into",
        "pipeline.Account.parent",
        "pipeline.Activity.account",
        "pipeline.Contact.account",
        "pipeline.Deal.account",
    }
    assert named(Contact) == {"pipeline.Activity.contact", "pipeline.Contact.merged_into"}


def test_a_row_is_not_set_apart_from_itself(duplicates, sales_team):
    kept, _ = duplicates

    with pytest.raises(ValidationError, match="two different"):
        set_apart(kept, kept, by=sales_team.mia, at=NOW)

    assert not Apart.objects.exists()


def test_a_field_that_cannot_be_taken_over_is_named_and_nothing_moves(duplicates, sales_team):
    kept, gone = duplicates
    before = state()

    with pytest.raises(ValidationError) as refusal:
        merge_rows(kept, gone, by=sales_team.mia, at=NOW, take=["name", "owner_id"])

    assert refusal.value.message_dict == {"owner_id": ["This field cannot be taken over."]}
    assert state() == before


def test_several_rows_that_went_elsewhere_are_counted(sales_team):
    kept, gone, elsewhere = (AccountFactory() for _ in range(3))
    for _ in range(2):
        DealFactory(owner=sales_team.rita, account=gone)
    merge = merge_rows(kept, gone, by=sales_team.mia, at=NOW)
    Deal.objects.update(account=elsewhere)

    merge = undo_merge(merge, by=sales_team.mia, at=NOW)

    assert merge.left == ["2 deals have gone elsewhere since and stay there."]
    assert set(Deal.objects.values_list("account", flat=True)) == {elsewhere.pk}
