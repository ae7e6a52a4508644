from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction
from django.utils import timezone

from org.models.audit import AuditEntry
from pipeline.deals.models import DealLine
from pipeline.deals.services import add_line, edit_line, explained, remove_line
from tests.factories.pipeline import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(sales_team):
    return DealFactory(owner=sales_team.rita)


def add(deal, **fields):
    given = {"product": ProductFactory(), "quantity": Decimal(2), "unit_price": Decimal(5)}
    return add_line(deal, by=deal.owner, **given | fields)


def test_a_product_that_is_no_longer_sold_is_not_added(deal):
    with pytest.raises(ValidationError) as refusal:
        add(deal, product=ProductFactory(archived_at=timezone.now()))

    assert refusal.value.message_dict == {"product": ["This product is no longer sold."]}
    assert not DealLine.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("quantity", 0, "must be above zero"), ("unit_price", -1, "cannot be below zero")],
)
def test_a_bad_number_is_refused_on_its_field(deal, field, value, words):
    line = add(deal)

    for write in (
        lambda: add(deal, **{field: Decimal(value)}),
        lambda: edit_line(
            line,
            by=deal.owner,
            changes={field: Decimal(value)},
            seen={field: getattr(line, field)},
        ),
    ):
        with pytest.raises(ValidationError, match=words) as refusal:
            write()
        assert list(refusal.value.message_dict) == [field]
    assert list(DealLine.objects.values_list("quantity", "unit_price")) == [(2, 5)]


def test_the_product_of_a_line_stays(deal):
    line = add(deal)

    with pytest.raises(TypeError, match="no product to change"):
        edit_line(line, by=deal.owner, changes={"product": ProductFactory()}, seen={})


def test_a_line_that_was_taken_off_meanwhile_is_not_changed(deal):
    line = add(deal)
    remove_line(DealLine.objects.get(), by=deal.owner)

    with pytest.raises(ValidationError, match="took this product off the deal"):
        edit_line(line, by=deal.owner, changes={"quantity": Decimal(3)}, seen={"quantity": 2})

    assert not DealLine.objects.exists()


def test_the_same_numbers_again_and_taking_off_twice_are_logged_once(deal):
    line = add(deal)
    seen = {"quantity": line.quantity, "unit_price": line.unit_price}

    edit_line(line, by=deal.owner, changes=seen, seen=seen)
    for _ in range(2):
        remove_line(DealLine(pk=line.pk, deal=deal), by=deal.owner)

    entries = AuditEntry.objects.about(deal).order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["deal.add_line", "deal.remove_line"]


def test_a_refusal_that_is_not_about_the_amount_is_not_explained_as_one(db):
    with pytest.raises(DataError, match="division by zero"), explained(), transaction.atomic():
        connection.cursor().execute("SELECT 1 / 0")
