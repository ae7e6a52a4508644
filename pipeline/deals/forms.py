"""Forms of product lines and of people on a deal."""

from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import ExactDecimalField, KitForm
from org.models.people import Person
from pipeline.customers.forms import SharedForm
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal, DealLine
from pipeline.deals.models.people import DealContact
from pipeline.deals.services.lines import LINE_FIELDS
from pipeline.enums import BUYING_ROLE_LABELS, BuyingRole
from pipeline.products.models import Product


class ProductLineForm(KitForm):
    """A product line."""

    quantity = ExactDecimalField(min_value=0, max_digits=12, decimal_places=2, initial=1)
    unit_price = ExactDecimalField(
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        label="Price each",
        help_text="Left empty: the list price.",
    )

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

    quantity = ExactDecimalField(min_value=0, max_digits=12, decimal_places=2)
    unit_price = ExactDecimalField(min_value=0, max_digits=14, decimal_places=2, label="Price each")

    def __init__(self, data: Any = None, *, line: DealLine) -> None:
        stored = {name: getattr(line, name) for name in self.FIELDS}
        super().__init__(data, initial=stored, auto_id="line_%s")
        self.line = line
        self.watch()

    def again(self, data: Any) -> "ProductLineEditForm":
        return ProductLineEditForm(data, line=self.line)


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


class RoleForm(KitForm):
    """What a contact is to the deal from now on."""

    role = forms.ChoiceField(label="Role", choices=ROLES)

    def __init__(self, data: Any = None, *, row: DealContact) -> None:
        super().__init__(data, initial={"role": row.role})
