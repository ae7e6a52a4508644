"""The API of products: everybody who sells reads them, admins keep them."""

from typing import Any

from django.db.models import Q

from kit.api.rows import ChangeInput, RowInput, body_of
from org.access import organisation_settings
from org.models.people import Person
from pipeline import rules
from pipeline.api import Resource
from pipeline.products import services as products
from pipeline.products.models import Product


class ProductFields(RowInput):
    """The fields of a product that a program may write, none of them required."""

    MODEL, FIELDS = Product, products.FIELDS


class NewProduct(ProductFields):
    """A product to create; its currency is the reporting one unless you name another."""

    REQUIRED = ("name",)


class ProductChange(ChangeInput, ProductFields):
    """The fields to change."""


def _created(*, by: Person, **given: Any) -> Product:
    return products.create_product(by=by, **{"currency": organisation_settings().currency} | given)


PRODUCTS = Resource(
    name="products",
    label="a product",
    model=Product,
    body=body_of(
        Product,
        ("id", *products.FIELDS, "archived_at"),
        list_price="Null: it has no list price.",
    ),
    ordering=("name", "family"),
    archived="Products out of use instead of the others.",
    narrow={"family": "family", "external_id": "external_id"},
    text=lambda word: Q(name__icontains=word),
    may_write=rules.can_set_up_products,
    takes=NewProduct,
    create=_created,
    changes=ProductChange,
    edit=products.edit_product,
    archive=(products.archive_product, "Take a product out of use; deals that hold it keep it"),
    restore=(products.restore_product, "Bring a product back into use"),
)
