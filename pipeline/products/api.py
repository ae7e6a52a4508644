"""The API of products: everybody who sells reads them, admins keep them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Flag, Moment, Money, NothingSerializer, PlainText, StrictSerializer
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.facts import organisation_facts
from org.rest import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.products import services as products
from pipeline.products.models import Product

ORDERING = Ordering({"name": "name", "family": "family"}, default="name")


class ProductQuery(PageQuery):
    text = PlainText(required=False, max_length=100, help_text="Parts of the name.")
    family = PlainText(required=False, max_length=100)
    external_id = PlainText(required=False, max_length=100)
    archived = Flag(required=False, help_text="Products out of use instead of the others.")
    ordering = ORDERING.field()


class ProductFields(StrictSerializer):
    """The fields of a product that a program may write, none of them required."""

    name = PlainText(max_length=200, required=False)
    family = PlainText(max_length=100, required=False, allow_blank=True)
    list_price = Money(min_value=0, required=False, allow_null=True)
    currency = PlainText(max_length=3, required=False)
    external_id = PlainText(max_length=100, required=False, allow_null=True)


class NewProduct(ProductFields):
    """A product to create; its currency is the reporting one unless you name another."""

    name = PlainText(max_length=200)


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
    list_price = Money(allow_null=True, help_text="Null: it has no list price.")
    currency = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    archived_at = Moment(allow_null=True)


class Products(APIView):
    @operation(
        name="products_list", summary="List products",
        query=ProductQuery, gives=page_body("ProductPage", ProductBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = ProductQuery.read(request)
        rows = Product.objects.visible_to(request.user).filter(_narrowing(query))
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(ProductBody(page.rows, many=True).data))

    @operation(
        name="products_create", summary="Create a product",
        takes=NewProduct, gives=ProductBody, status=201, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        require(rules.can_set_up_products(request.user))
        given = {"currency": organisation_facts().currency} | NewProduct.read(request)

        def create() -> Response:
            product = products.create_product(by=request.user, **given)
            return Response(ProductBody(product).data, status=201)

        return answer_once(request, create)


class OneProduct(APIView):
    @operation(name="products_read", summary="Read a product", gives=ProductBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(ProductBody(_found(request, pk)).data)

    @operation(
        name="products_edit", summary="Change fields of a product",
        takes=ProductChange, gives=ProductBody, faults=[404],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        product = _found(request, pk)
        require(rules.can_set_up_products(request.user))
        changes = ProductChange.read(request)
        edited = products.edit_product(product, by=request.user, changes=changes)
        return Response(ProductBody(edited).data)


class ProductArchive(APIView):
    @operation(
        name="products_archive", summary="Take a product out of use; deals that hold it keep it",
        takes=NothingSerializer, gives=ProductBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, products.archive_product)


class ProductRestore(APIView):
    @operation(
        name="products_restore", summary="Bring a product back into use",
        takes=NothingSerializer, gives=ProductBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, products.restore_product)


def _changed(request: ApiRequest, pk: int, service: Callable[..., Product]) -> Response:
    """Answer a change that its address says whole, by the service that makes it."""
    row = _found(request, pk)
    require(rules.can_set_up_products(request.user))
    NothingSerializer.read(request)
    return answer_once(request, lambda: Response(ProductBody(service(row, by=request.user)).data))


def _found(request: ApiRequest, pk: int) -> Product:
    return get_object_or_404(Product.objects.visible_to(request.user), pk=pk)


def _narrowing(query: dict[str, Any]) -> Q:
    condition = Q(archived_at__isnull=not query.get("archived", False))
    for name in ("family", "external_id"):
        if name in query:
            condition &= Q(**{name: query[name]})
    for word in query.get("text", "").split():
        condition &= Q(name__icontains=word)
    return condition
