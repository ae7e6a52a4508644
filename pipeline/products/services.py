"""Setting up what is sold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from org import audit
from org.models.people import Person
from org.services.guard import refused_as, require_admin
from pipeline.products.models import Product

FIELDS = ("name", "family", "list_price", "currency", "external_id")
REFUSALS = {
    "product_name_unique": ("name", "Another product has this name."),
    "product_external_id_unique": ("external_id", "Another product has this id."),
    "product_named": ("name", "Give the product a name."),
    "product_price_not_negative": ("list_price", "A price is zero or more."),
    "product_currency": ("currency", "Use the three letters of the currency, such as USD."),
}


@transaction.atomic
def create_product(*, by: Person | None, **fields: Any) -> Product:
    """Create a product from FIELDS; without a list price it has none, which is not zero."""
    require_admin(by)
    product = Product()
    changes = _fill(product, fields)
    _save(product)
    audit.record(by, "product.create", product, changes=changes)
    return product


@transaction.atomic
def edit_product(product: Product, *, by: Person | None, changes: Mapping[str, Any]) -> Product:
    """Change a product. Lines of deals keep the price that was asked."""
    require_admin(by)
    subject = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    changed = _fill(subject, changes)
    if changed:
        _save(subject)
        audit.record(by, "product.edit", subject, changes=changed)
    return subject


def _fill(product: Product, fields: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set the fields and return those that differ, each with its value before and after."""
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"a product has no {', '.join(sorted(unknown))}")
    changes = {}
    for name, value in fields.items():
        after = value.strip() if isinstance(value, str) else value
        if name == "external_id":
            after = after or None
        if name == "currency":
            after = after.upper()
        if (before := getattr(product, name)) != after:
            changes[name] = (before, after)
            setattr(product, name, after)
    return changes


def _save(product: Product) -> None:
    price = product.list_price
    if isinstance(price, Decimal) and not price.is_finite():
        raise ValidationError({"list_price": "Write the price in digits."})
    product.clean_fields()
    with refused_as(REFUSALS):
        product.save()


@transaction.atomic
def archive_product(product: Product, *, by: Person | None) -> Product:
    """Take a product out of use. Deals that hold it keep it."""
    require_admin(by)
    subject = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if subject.archived_at is None:
        Product.objects.filter(pk=subject.pk).update(archived_at=Now())
        subject.refresh_from_db(fields=["archived_at"])
        audit.record(by, "product.archive", subject)
    return subject


@transaction.atomic
def restore_product(product: Product, *, by: Person | None) -> Product:
    require_admin(by)
    subject = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if subject.archived_at is not None:
        subject.archived_at = None
        subject.save(update_fields=["archived_at"])
        audit.record(by, "product.restore", subject)
    return subject
