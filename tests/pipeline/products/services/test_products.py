from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from pipeline.products.models import Product
from pipeline.products.services import create_product, edit_product

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_price_that_is_no_number_is_refused_on_its_field(price):
    gauge = create_product(by=None, name="Gauge", currency="USD", list_price=Decimal(5))

    with pytest.raises(ValidationError) as refusal:
        edit_product(gauge, by=None, changes={"list_price": Decimal(price)})

    assert list(refusal.value.message_dict) == ["list_price"]
    assert Product.objects.get().list_price == 5
