"""What an admin enters about products."""

from typing import Any

from django import forms

from kit.forms import (
    ExactDecimalField,
    FileField,
    KitForm,
    PageField,
    PlainTextField,
    RowForm,
    SortField,
)
from org.access import organisation_settings
from pipeline.products.models import Product
from pipeline.products.tables import PRODUCTS


class ProductFilter(KitForm):
    """The address of the list of products."""

    q = PlainTextField(label="Search", required=False, max_length=100)
    archived = forms.BooleanField(label="Show those out of use", required=False)
    sort = SortField(columns=PRODUCTS, default="name")
    page = PageField()
    file = FileField()


class ProductForm(RowForm):
    """Something that is sold."""

    name = PlainTextField(label="Product", max_length=200)
    family = PlainTextField(label="Family", max_length=100, required=False)
    list_price = ExactDecimalField(
        label="List price", max_digits=14, decimal_places=2, min_value=0, required=False
    )
    currency = PlainTextField(label="Currency", max_length=3)
    external_id = PlainTextField(
        label="Id in another system",
        max_length=100,
        required=False,
        help_text="Imports recognise the product by it.",
    )

    def __init__(self, data: Any = None, *, row: Product | None = None) -> None:
        super().__init__(data, row=row, initial={"currency": organisation_settings().currency})
