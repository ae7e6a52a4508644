"""What hangs on a deal: its product lines."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from pipeline.models.accounts import Product
from pipeline.models.deals import Deal, DealLine
from pipeline.services.deal_checks import locked_to_edit


@transaction.atomic
def add_line(
    deal: Deal, *, by: Person | None, product: Product, quantity: Decimal, unit_price: Decimal
) -> DealLine:
    """Add a quantity of a product at a price in the deal's currency. The deal's amount stays."""
    subject = locked_to_edit(deal, by=by)
    line = DealLine(deal=subject, product=product, quantity=quantity, unit_price=unit_price)
    line.clean_fields(exclude=["deal", "product"])
    if quantity <= 0:
        raise ValidationError({"quantity": "The quantity must be above zero."})
    if unit_price < 0:
        raise ValidationError({"unit_price": "A price cannot be below zero."})
    if product.archived_at is not None:
        raise ValidationError({"product": "This product is no longer sold."})
    line.save(force_insert=True)
    audit.record(by, "deal.add_line", subject, changes={"product line": (None, _words(line))})
    return line


@transaction.atomic
def remove_line(line: DealLine, *, by: Person | None) -> None:
    """Take a product line off its deal; the log keeps what it was."""
    subject = locked_to_edit(line.deal, by=by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is None:
        return
    audit.record(by, "deal.remove_line", subject, changes={"product line": (_words(found), None)})
    found.delete()


def _words(line: DealLine) -> str:
    return f"{line.quantity.normalize():f} × {line.product} at {line.unit_price:,.2f}"
