"""The columns of the products' set-up page."""

from django.urls import reverse

from kit.tables import Column

PRODUCTS = [
    Column(
        key="name",
        label="Product",
        sort="name",
        href=lambda row: reverse("pipeline:product", args=[row.pk]),
    ),
    Column(key="family", label="Family", sort="family"),
    Column(key="list_price", label="List price", kind="money_exact", sort="list_price"),
    Column(key="currency", label="Currency", sort="currency"),
    Column(key="external_id", label="Id in another system", sort="external_id"),
    Column(
        key="archived_at",
        label="Use",
        sort="archived_at",
        value=lambda row: "In use" if row.archived_at is None else "Out of use",
    ),
]
