"""The columns of the products' set-up page."""

from django.urls import reverse

from kit.tables import Column

PRODUCTS = [
    Column(
        "name", "Product", sort="name", href=lambda row: reverse("pipeline:product", args=[row.pk])
    ),
    Column("family", "Family", sort="family"),
    Column("list_price", "List price", "money_exact", sort="list_price"),
    Column("currency", "Currency", sort="currency"),
    Column("external_id", "Id in another system", sort="external_id"),
    Column(
        "archived_at",
        "Use",
        value=lambda row: "In use" if row.archived_at is None else "Out of use",
        sort="archived_at",
    ),
]
