"""Products."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kit.fields import check
from org.models.calendar import CURRENCY_CODE
from pipeline.querysets import SharedQuerySet


class Product(models.Model):
    """Something that is sold, at a list price in its currency."""

    name = models.CharField(max_length=200)
    family = models.CharField(max_length=100, blank=True)
    list_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY_CODE])
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="product_name_unique"),
            models.UniqueConstraint("external_id", name="product_external_id_unique"),
            check("product_named", ~Q(name="")),
            check("product_price_not_negative", Q(list_price__isnull=True) | Q(list_price__gte=0)),
            check("product_currency", Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return self.name
