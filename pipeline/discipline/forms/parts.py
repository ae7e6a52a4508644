"""The contact and the product line that an exit asks for, named together with the move."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from kit.forms import ExactDecimalField, PlainTextField
from org.models.people import Person
from pipeline.customers.models import Account, Contact
from pipeline.deals.forms import ROLES
from pipeline.discipline.services.parts import NEW_CONTACT, PRICE, QUANTITY, ROLE, NewParts
from pipeline.enums import ExitField
from pipeline.products.models import Product


def contact_fields(account: Account, *, viewer: Person) -> dict[str, forms.Field]:
    """Return the fields of a contact of the account, there or new, and of their role."""
    people = Contact.objects.visible_to(viewer).live().filter(account=account)
    return {
        str(ExitField.CONTACTS): forms.ModelChoiceField(
            people, required=False, label="Contact", empty_label="Choose a contact"
        ),
        NEW_CONTACT: PlainTextField(
            required=False,
            max_length=200,
            label="Or somebody new",
            help_text=f"Their name; they are added to {account}.",
        ),
        ROLE: forms.ChoiceField(
            required=False, label="Role of the contact", choices=[("", "Choose a role"), *ROLES]
        ),
    }


def product_fields(*, viewer: Person) -> dict[str, forms.Field]:
    """Return the fields of a product line."""
    products = Product.objects.visible_to(viewer).live()
    return {
        str(ExitField.PRODUCTS): forms.ModelChoiceField(
            products, required=False, label="Product", empty_label="Choose a product"
        ),
        QUANTITY: ExactDecimalField(
            required=False,
            min_value=0,
            max_digits=12,
            decimal_places=2,
            initial=1,
            label="Quantity",
        ),
        PRICE: ExactDecimalField(
            required=False,
            min_value=0,
            max_digits=14,
            decimal_places=2,
            label="Price each",
            help_text="Left empty: the list price.",
        ),
    }


PARTS = (str(ExitField.CONTACTS), NEW_CONTACT, ROLE, str(ExitField.PRODUCTS), QUANTITY, PRICE)


def new_parts(given: Mapping[str, Any], *, now: datetime) -> NewParts:
    """Return what was chosen, from the cleaned values of a form."""
    return NewParts(
        now=now,
        contact=given.get(ExitField.CONTACTS),
        new_contact=given.get(NEW_CONTACT) or "",
        role=given.get(ROLE) or "",
        product=given.get(ExitField.PRODUCTS),
        quantity=given.get(QUANTITY),
        unit_price=given.get(PRICE),
    )
