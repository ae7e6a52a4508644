"""Setting up what is sold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from org.models.people import Person
from org.services.guard import require_admin
from org.services.set_up import locked_row, require_known, save_row, set_use
from pipeline.products.models import Product

FIELDS = ("name", "family", "list_price", "currency", "external_id")
REFUSALS = {
    "product_name_unique": ("name", "Another product has this name."),
    "product_external_id_unique": ("external_id", "Another product has this id."),
    "product_named": ("name", "Give the product a name."),
    "product_price_not_negative": ("list_price", "A price is zero or more."),
    "product_currency": ("currency", "Use the three letters of the currency, such as USD."),
}


def create_product(*, by: Person | None, **fields: Any) -> Product:
    """Create a product from FIELDS; without a list price it has none, which is not zero."""
    return edit_product(Product(), by=by, changes=fields)


@transaction.atomic
def edit_product(product: Product, *, by: Person | None, changes: Mapping[str, Any]) -> Product:
    """Change a product. Lines of deals keep the price that was asked."""
    require_admin(by)
    require_known(changes, allowed=FIELDS)
    subject, wanted = locked_row(product), dict(changes)
    if "external_id" in wanted:
        wanted["external_id"] = (wanted["external_id"] or "").strip() or None
    if "currency" in wanted:
        wanted["currency"] = wanted["currency"].upper()
    if product.pk is None:
        wanted = {name: value for name, value in wanted.items() if value not in (None, "")}
    return save_row(subject, wanted, by=by, what="product", refusals=REFUSALS)


def archive_product(product: Product, *, by: Person | None, at: datetime) -> Product:
    """Take a product out of use. Deals that hold it keep it."""
    require_admin(by)
    return set_use(product, by=by, at=at, what="product")


def restore_product(product: Product, *, by: Person | None) -> Product:
    require_admin(by)
    return set_use(product, by=by, at=None, what="product")
