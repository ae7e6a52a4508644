from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from org.models.audit import AuditEntry
from pipeline.customers.models import Account, Contact
from pipeline.customers.services import create_account, create_contact, edit_row
from tests.factories.pipeline import AccountFactory

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def test_an_archived_account_gets_no_contact(sales_team):
    account = AccountFactory(archived_at=NOW)

    with pytest.raises(ValidationError, match="This account is archived; restore it first"):
        create_contact(by=sales_team.rita, account=account, full_name="Ann Buyer")

    assert not Contact.objects.exists()


def test_an_edit_that_changes_nothing_is_not_logged(sales_team):
    account = AccountFactory(name="Acme", industry="Optics")

    edit_row(
        account,
        by=sales_team.rita,
        changes={"name": "Acme", "industry": "Optics"},
        seen={"name": "Other"},
    )

    assert not AuditEntry.objects.exists()
    assert Account.objects.get().name == "Acme"


def test_an_account_is_owned_by_somebody_who_sells(sales_team):
    account = AccountFactory(owner=sales_team.rita)

    for write in (
        lambda: create_account(by=sales_team.mia, name="New", owner=sales_team.rex),
        lambda: edit_row(account, by=sales_team.mia, changes={"owner": sales_team.rex}, seen={}),
    ):
        with pytest.raises(ValidationError) as refusal:
            write()
        assert refusal.value.message_dict == {"owner": ["Choose somebody who sells."]}
    assert list(Account.objects.values_list("owner", flat=True)) == [sales_team.rita.pk]
