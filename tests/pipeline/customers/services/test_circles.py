import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from pipeline.customers.models import Account
from pipeline.customers.services import edit_row
from tests.factories.pipeline import AccountFactory


def test_an_account_is_not_put_below_one_that_lies_in_it(sales_team):
    group = AccountFactory(name="Group")
    company = AccountFactory(name="Company", parent=group)
    branch = AccountFactory(name="Branch", parent=company)

    with pytest.raises(ValidationError) as refusal:
        edit_row(group, by=sales_team.ada, changes={"parent": branch}, seen={"parent": None})

    assert refusal.value.message_dict == {
        "parent": ["This account lies below the one that it would lie in."]
    }
    group.refresh_from_db()
    assert group.parent is None
    edit_row(branch, by=sales_team.ada, changes={"parent": group}, seen={"parent": company})
    branch.refresh_from_db()
    assert branch.parent == group


def test_no_statement_makes_a_circle(db):
    first, second = AccountFactory(), AccountFactory()
    parents = f"CASE id WHEN {first.pk} THEN {second.pk} ELSE {first.pk} END"

    with (
        pytest.raises(IntegrityError, match="would lie below itself"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE pipeline_account SET parent_id = {parents}")

    assert not Account.objects.filter(parent__isnull=False).exists()
