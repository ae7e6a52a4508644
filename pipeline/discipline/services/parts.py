"""What is added to a deal together with a move, because an exit asks for it: a contact in a role,
a product line.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from org.models.people import Person
from pipeline.customers.models import Contact
from pipeline.customers.services.accounts import create_contact
from pipeline.deals.models.deals import Deal
from pipeline.deals.services.contacts import add_contact
from pipeline.deals.services.lines import add_line
from pipeline.enums import ExitField
from pipeline.products.models import Product

# Where the faults of a part stand in the form of the move.
ROLE, NEW_CONTACT = "contacts_role", "contacts_new"
QUANTITY, PRICE = "products_quantity", "products_price"
FAULTS = {
    "contact": str(ExitField.CONTACTS),
    "full_name": NEW_CONTACT,
    "role": ROLE,
    "product": str(ExitField.PRODUCTS),
    "quantity": QUANTITY,
    "unit_price": PRICE,
}


@dataclass(frozen=True, slots=True)
class NewParts:
    """A contact of the deal's account, or the name of a new one, and a quantity of a product.

    Without a price the product's list price counts. ``now`` is from when on the contact is named.
    """

    now: datetime
    contact: Contact | None = None
    new_contact: str = ""
    role: str = ""
    product: Product | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


def add_parts(
    deal: Deal, lacking: Collection[str], parts: NewParts | None, *, by: Person
) -> set[str]:
    """Add those of the parts that the deal is lacking; return the names of what is there now."""
    if parts is None:
        return set()
    found: set[str] = set()
    with _named_faults():
        if ExitField.CONTACTS in lacking and (parts.contact or parts.new_contact.strip()):
            _name_contact(deal, parts, by=by)
            found.add(ExitField.CONTACTS)
        if ExitField.PRODUCTS in lacking and parts.product is not None:
            _sell(deal, parts, parts.product, by=by)
            found.add(ExitField.PRODUCTS)
    return found


def _name_contact(deal: Deal, parts: NewParts, *, by: Person) -> None:
    if not parts.role:
        raise ValidationError({"role": "Say what they are to the deal."})
    contact = parts.contact or _known_or_new(deal, parts.new_contact, by=by)
    add_contact(deal, by=by, contact=contact, role=parts.role, at=parts.now)


def _known_or_new(deal: Deal, name: str, *, by: Person) -> Contact:
    """Return the one contact of the account who is called so, else make them."""
    if deal.account is None:
        raise ValidationError({"contact": "First say which account the deal is with."})
    name = " ".join(name.split())
    known = list(deal.account.contacts.live().filter(full_name__iexact=name)[:2])
    if len(known) > 1:
        raise ValidationError({"full_name": "Several are called so: choose one from the list."})
    return known[0] if known else create_contact(by=by, account=deal.account, full_name=name)


def _sell(deal: Deal, parts: NewParts, product: Product, *, by: Person) -> None:
    price = parts.unit_price
    if price is None and product.currency == deal.currency:
        price = product.list_price
    if price is None:
        raise ValidationError({"unit_price": f"Give the price in {deal.currency}."})
    quantity = Decimal(1) if parts.quantity is None else parts.quantity
    add_line(deal, by=by, product=product, quantity=quantity, unit_price=price)


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        faults = {FAULTS.get(name, name): found for name, found in error.error_dict.items()}
        raise ValidationError(faults) from error
