"""Forms of product lines and of people on a deal."""

from functools import partial
from typing import Any

from django import forms

from kit.edits import SharedForm
from kit.fields import choices
from kit.forms import ExactDecimalField, KitForm, RowForm
from org.models.people import Person
from pipeline.customers.models import Contact
from pipeline.deals.models import Deal, DealLine
from pipeline.deals.services import LINE_FIELDS
from pipeline.enums import BUYING_ROLE_LABELS, BuyingRole
from pipeline.products.models import Product

QuantityField = partial(ExactDecimalField, min_value=0, max_digits=12, decimal_places=2)
PriceField = partial(
    ExactDecimalField, min_value=0, max_digits=14, decimal_places=2, label="Price each"
)
LIST_PRICE = "Left empty: the list price."


class ProductLineForm(KitForm):
    """A product line."""

    quantity = QuantityField(initial=1)
    unit_price = PriceField(required=False, help_text=LIST_PRICE)

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal) -> None:
        super().__init__(data, auto_id="line_%s")
        self.deal = deal
        products = Product.objects.visible_to(viewer).live()
        self.fields["product"] = forms.ModelChoiceField(products, empty_label="Choose a product")
        self.order_fields(["product", "quantity", "unit_price"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        product = given.get("product")
        if product and given.get("unit_price") is None and "unit_price" not in self.errors:
            if product.list_price is None or product.currency != self.deal.currency:
                self.add_error("unit_price", f"Give the price in {self.deal.currency}.")
            given["unit_price"] = product.list_price
        return given


class ProductLineEditForm(SharedForm):
    """The quantity and the price of a product line."""

    FIELDS = LINE_FIELDS

    quantity = QuantityField()
    unit_price = PriceField()

    def __init__(self, data: Any = None, *, row: DealLine) -> None:
        super().__init__(data, row=row, auto_id="line_%s")
        self.remember(self.fields)


ROLES = choices(BuyingRole, BUYING_ROLE_LABELS)


class DealContactForm(KitForm):
    """A contact of the deal's account, and what they are to the deal."""

    role = forms.ChoiceField(label="Role", choices=[("", "Choose a role"), *ROLES])

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal) -> None:
        super().__init__(data)
        people = Contact.objects.visible_to(viewer).live().filter(account=deal.account_id)
        self.fields["contact"] = forms.ModelChoiceField(
            people, label="Contact", empty_label="Choose a contact"
        )
        self.order_fields(["contact", "role"])


class RoleForm(RowForm):
    """What a contact is to the deal from now on."""

    role = forms.ChoiceField(label="Role", choices=ROLES)
