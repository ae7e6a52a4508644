"""The API of products: everybody who sells reads them, admins keep them."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers

from kit.api.fields import FlagField, MomentTextField, MoneyField, StrictSerializer, TextField
from kit.api.pages import Ordering, PageQuery
from org.access import organisation_settings
from org.models.people import Person
from pipeline import rules
from pipeline.api.resources import Resource
from pipeline.products import services as products
from pipeline.products.models import Product

ORDERING = Ordering({"name": "name", "family": "family"}, default="name")


class ProductQuery(PageQuery):
    text = TextField(required=False, max_length=100, help_text="Parts of the name.")
    family = TextField(required=False, max_length=100)
    external_id = TextField(required=False, max_length=100)
    archived = FlagField(required=False, help_text="Products out of use instead of the others.")
    ordering = ORDERING.field()


class ProductFields(StrictSerializer):
    """The fields of a product that a program may write, none of them required."""

    name = TextField(max_length=200, required=False)
    family = TextField(max_length=100, required=False, allow_blank=True)
    list_price = MoneyField(min_value=0, required=False, allow_null=True)
    currency = TextField(max_length=3, required=False)
    external_id = TextField(max_length=100, required=False, allow_null=True)


class NewProduct(ProductFields):
    """A product to create; its currency is the reporting one unless you name another."""

    name = TextField(max_length=200)


class ProductChange(ProductFields):
    """The fields to change."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class ProductBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    family = serializers.CharField()
    list_price = MoneyField(allow_null=True, help_text="Null: it has no list price.")
    currency = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    archived_at = MomentTextField(allow_null=True)


def _created(*, by: Person, **given: Any) -> Product:
    return products.create_product(by=by, **{"currency": organisation_settings().currency} | given)


PRODUCTS = Resource(
    name="products",
    label="a product",
    rows=Product.objects.visible_to,
    query=ProductQuery,
    body=ProductBody,
    ordering=ORDERING,
    lookups={"family": "family", "external_id": "external_id"},
    words=lambda word: Q(name__icontains=word),
    may_write=rules.can_set_up_products,
    takes=NewProduct,
    create=_created,
    changes=ProductChange,
    edit=products.edit_product,
    archive=(products.archive_product, "Take a product out of use; deals that hold it keep it"),
    restore=(products.restore_product, "Bring a product back into use"),
)
