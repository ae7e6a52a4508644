"""What people enter about the product lines of a deal."""

from typing import Any

from django import forms

from kit.forms import ExactDecimalField, KitForm
from org.models.people import Person
from pipeline.forms.accounts import SharedForm
from pipeline.models.accounts import Product
from pipeline.models.deals import Deal, DealLine
from pipeline.services.deal_parts import LINE_FIELDS


class LineForm(KitForm):
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


class LineEditForm(SharedForm):
    """The quantity and the price of a product line."""

    FIELDS = LINE_FIELDS

    quantity = ExactDecimalField(min_value=0, max_digits=12, decimal_places=2)
    unit_price = ExactDecimalField(min_value=0, max_digits=14, decimal_places=2, label="Price each")

    def __init__(self, data: Any = None, *, line: DealLine) -> None:
        stored = {name: getattr(line, name) for name in self.FIELDS}
        super().__init__(data, initial=stored, auto_id="line_%s")
        self.line = line
        self.watch()

    def again(self, data: Any) -> "LineEditForm":
        return LineEditForm(data, line=self.line)
