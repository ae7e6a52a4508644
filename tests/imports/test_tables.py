from datetime import UTC, datetime
from decimal import Decimal

import pytest

from imports.engine.options import Format
from org.models.calendar import Organisation
from pipeline.activities.models import Activity
from pipeline.customers.models import Account, Contact
from pipeline.products.models import Product
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealFactory,
    ProductFactory,
)
from tests.imports.runs import (
    counts,
    executed,
    imported,
    planned,
    refusals,
    table,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company() -> Organisation:
    return OrganisationFactory(time_zone="Europe/Berlin")


def test_accounts_are_made_changed_and_left():
    AccountFactory(name="Same", industry="Retail", employees=10)
    AccountFactory(name="Other", industry="Retail")
    run = imported(
        "accounts",
        table(
            """
            account | sector | employees | revenue | year_established
            same | Retail | 10 | |
            Other | Medical | 2,822 | 1100.04 | 1996
            New | technolgy | | 5 | 2001
            """
        ),
        formats={2: Format(mark="."), 3: Format(scale=1_000_000)},
    )

    # The name differs by its capital, which is a change of the name.
    assert counts(run) == {"create": 1, "change": 2}
    other = Account.objects.get(name="Other")
    assert (other.industry, other.employees, other.founded_year) == ("Medical", 2822, 1996)
    assert other.annual_revenue == Decimal("1100040000.00")
    assert Account.objects.get(name="New").industry == "technolgy"


def test_parents_may_stand_in_the_same_file_or_be_here():
    AccountFactory(name="Holding")
    content = table(
        """
        Account name | Parent account
        Child | Parent
        Parent | Holding
        """
    )
    run = imported("accounts", content)

    assert counts(run) == {"create": 2}
    assert dict(Account.objects.values_list("name", "parent__name")) == {
        "Child": "Parent",
        "Parent": "Holding",
        "Holding": None,
    }
    assert counts(planned("accounts", content)) == {"leave": 2}


def test_a_parent_by_id_in_the_same_file():
    imported(
        "accounts",
        table("Account ID | Account name | Parent id\nA1 | Child | A2\nA2 | Parent |"),
    )

    assert Account.objects.get(name="Child").parent.name == "Parent"


def test_ids_join_an_account_that_came_without_one():
    AccountFactory(name="Acme")
    run = imported("accounts", table("Account ID | Account name\nA1 | Acme\nA2 | Acme"))

    assert counts(run) == {"create": 1, "change": 1}
    assert sorted(Account.objects.values_list("external_id", flat=True)) == ["A1", "A2"]


def test_two_accounts_of_one_name_have_to_be_told_apart():
    AccountFactory(name="Acme")
    AccountFactory(name="Acme")
    run = planned("accounts", table("Account name | Industry\nAcme | Retail"))

    assert counts(run) == {"refuse": 1}
    assert "2 rows here would be this account" in refusals(run)[0][2]


def test_products_share_no_name():
    ProductFactory(name="GTX Pro", list_price=1)
    run = planned(
        "products",
        table(
            """
            Product code | product | sales_price
            P1 | gtx pro | 4821
            P2 | MG | 55
            P3 | MG | 55
            P4 | New | -1
            """
        ),
    )

    assert counts(run) == {"create": 1, "change": 1, "refuse": 2}
    executed(run, skip_refused=True)
    product = Product.objects.get(external_id="P1")
    assert (product.name, product.list_price) == ("gtx pro", 4821)


def test_contacts_are_known_by_id_then_address_then_name():
    acme = AccountFactory(name="Acme")
    ContactFactory(account=acme, full_name="Ann", email="ann@example.com")
    ContactFactory(account=acme, full_name="Bob")
    content = table(
        """
        First Name | Last Name | Account name | Email | Phone
        Anna | Lee | Acme | ANN@example.com | 1
        Bob | | Acme | | 2
        Cy | Lee | Acme | bad | 3
        Dee | Lee | | dee@example.com | 4
        Eve | Lee | Acme | eve@example.com | 5
        """
    )
    run = planned("contacts", content)

    assert counts(run) == {"create": 1, "change": 2, "refuse": 2}
    executed(run, skip_refused=True)
    assert Contact.objects.get(email="ann@example.com").full_name == "Anna Lee"


def test_activities_belong_to_deals_accounts_or_contacts():
    person = PersonFactory(full_name="Ann")
    deal = DealFactory(external_id="006q000000HddohAAB")
    AccountFactory(name="Acme")
    content = table(
        """
        Subject | Type | Date | Assigned To | What ID | Account | Comments
        Called | Call | 2026-03-01 14:30 | Ann | 006q000000Hddoh | | Went well
        Wrote | E-mail | 2026-03-02 | Ann | | Acme |
        | Lunch | 2026-03-03 | Ann | | Acme | First line
        Lost | Call | 2026-03-02 | Ann | | |
        """
    )
    run = planned("activities", content)
    assert counts(run) == {"create": 3, "refuse": 1}
    executed(run, skip_refused=True)

    call, email, lunch = Activity.objects.order_by("occurred_at")
    assert (call.deal, call.person, call.body) == (deal, person, "Went well")
    assert call.occurred_at == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    assert email.occurred_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert (email.kind, lunch.kind, lunch.subject) == ("email", "meeting", "First line")
    assert counts(planned("activities", content)) == {"leave": 3, "refuse": 1}


def test_undoing_restores_and_removes_but_for_what_is_used_or_edited():
    kept = AccountFactory(name="Kept", industry="Retail", country="Chile")
    content = table(
        """
        Account name | Industry | Country | Parent account
        Kept | Medical | Peru |
        Used | Retail | |
        Edited | Retail | |
        Gone | Retail | | Used
        Child | Retail | | Gone
        """
    )
    run = imported("accounts", content)
    Account.objects.filter(pk=kept.pk).update(country="Brazil")
    Account.objects.filter(name="Edited").update(industry="Banking")
    DealFactory(account=Account.objects.get(name="Used"))

    undone(run)

    kept.refresh_from_db()
    assert (kept.industry, kept.country) == ("Retail", "Brazil")
    left = dict(Account.objects.values_list("name", "archived_at"))
    assert set(left) == {"Kept", "Used", "Edited"}
    assert left["Used"] is not None
    assert left["Edited"] is not None
    assert run.undo_report["removed"] == 2
    assert run.undo_report["archived"] == 2
    assert run.undo_report["restored"] == 1
    assert sorted(run.undo_report["shelved"]) == ["Edited", "Used"]
    assert len(run.undo_report["kept"]) == run.undo_report["kept_count"] == 1


def test_undoing_activities_removes_them():
    ActivityFactory(subject="Before")
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    run = imported(
        "activities",
        table("Subject | Date | Assigned To | Account\nCalled | 2026-03-01 | Ann | Acme"),
    )
    undone(run)

    assert Activity.objects.get().subject == "Before"
