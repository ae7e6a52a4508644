"""Add, change and remove the product lines of a deal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from pipeline.customers.services.accounts import FieldConflict
from pipeline.deals.models.deals import Deal, DealLine
from pipeline.deals.services.checks import locked_to_edit
from pipeline.products.models import Product

# What of a line can be changed; another product is another line.
LINE_FIELDS = ("quantity", "unit_price")


@transaction.atomic
def add_line(
    deal: Deal, *, by: Person | None, product: Product, quantity: Decimal, unit_price: Decimal
) -> DealLine:
    """Add a quantity of a product at a price in the deal's currency. The deal's amount stays."""
    subject = locked_to_edit(deal, by=by)
    line = DealLine(deal=subject, product=product, quantity=quantity, unit_price=unit_price)
    _check(line)
    if product.archived_at is not None:
        raise ValidationError({"product": "This product is no longer sold."})
    line.save(force_insert=True)
    audit.record(by, "deal.add_line", subject, changes={"product line": (None, _words(line))})
    return line


@transaction.atomic
def edit_line(
    line: DealLine, *, by: Person | None, changes: Mapping[str, Any], seen: Mapping[str, Any]
) -> DealLine:
    """Change LINE_FIELDS of a line; ``seen`` are the values that the author replaced.

    Raises FieldConflict where somebody else changed one of them meanwhile.
    """
    if unknown := set(changes) - set(LINE_FIELDS):
        raise TypeError(f"a product line has no {', '.join(sorted(unknown))} to change")
    subject = locked_to_edit(line.deal, by=by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is None:
        raise ValidationError("Somebody took this product off the deal meanwhile.")
    before = _words(found)
    wanted = {name: value for name, value in changes.items() if getattr(found, name) != value}
    if contested := [name for name in wanted if getattr(found, name) != seen.get(name)]:
        raise FieldConflict(found, contested)
    for name, value in wanted.items():
        setattr(found, name, value)
    _check(found)
    if wanted:
        found.save(update_fields=list(wanted))
        changed = {"product line": (before, _words(found))}
        audit.record(by, "deal.edit_line", subject, changes=changed)
    return found


@transaction.atomic
def remove_line(line: DealLine, *, by: Person | None) -> None:
    """Take a product line off its deal; the log keeps what it was."""
    subject = locked_to_edit(line.deal, by=by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is None:
        return
    audit.record(by, "deal.remove_line", subject, changes={"product line": (_words(found), None)})
    found.delete()


def _check(line: DealLine) -> None:
    line.clean_fields(exclude=["deal", "product"])
    if line.quantity <= 0:
        raise ValidationError({"quantity": "The quantity must be above zero."})
    if line.unit_price < 0:
        raise ValidationError({"unit_price": "A price cannot be below zero."})


def _words(line: DealLine) -> str:
    return f"{line.quantity.normalize():f} × {line.product} at {line.unit_price:,.2f}"
