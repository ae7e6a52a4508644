"""What hangs on a deal: its product lines and the contacts involved."""

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from pipeline import rules
from pipeline.models.accounts import Contact, Product
from pipeline.models.deals import Deal, DealLine
from pipeline.services.deal_checks import check_live


@transaction.atomic
def add_line(
    deal: Deal, *, by: Person | None, product: Product, quantity: Decimal, unit_price: Decimal
) -> DealLine:
    """Add a quantity of a product at a price in the deal's currency. The deal's amount stays."""
    subject = _locked(deal, by)
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
    subject = _locked(line.deal, by)
    found = DealLine.objects.select_related("product").filter(pk=line.pk).first()
    if found is None:
        return
    audit.record(by, "deal.remove_line", subject, changes={"product line": (_words(found), None)})
    found.delete()


@transaction.atomic
def set_contacts(deal: Deal, *, by: Person | None, contacts: Collection[Contact]) -> Deal:
    """Say which contacts of the deal's account are involved; return the deal."""
    subject = _locked(deal, by)
    if any(contact.account_id != subject.account_id for contact in contacts):
        raise ValidationError({"contacts": "Choose contacts of the deal's account."})
    before, after = set(subject.contacts.all()), set(contacts)
    if before != after:
        subject.contacts.set(after)
        changes = {"contacts": (_names(before), _names(after))}
        audit.record(by, "deal.set_contacts", subject, changes=changes)
    return subject


def _locked(deal: Deal, by: Person | None) -> Deal:
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if by is not None and not rules.can_edit_deal(by, subject):
        raise PermissionDenied("You may change your own deals and those of the people below you.")
    check_live(subject)
    return subject


def _words(line: DealLine) -> str:
    return f"{line.quantity.normalize():f} × {line.product} at {line.unit_price:,.2f}"


def _names(contacts: Collection[Contact]) -> str:
    return ", ".join(sorted(contact.full_name for contact in contacts))
