"""The API of a deal's product lines, seen and changed by whom the deal is."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import ExactDecimal, MoneyField, NothingSerializer, RowField, StrictSerializer
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_response
from org.api_requests import ApiRequest, answer_once, require
from org.models.people import Person
from pipeline import rules
from pipeline.api_changes import SeenSerializer
from pipeline.customers.api import unless_changed
from pipeline.deals.api.seen import deal_seen
from pipeline.deals.models.deals import Deal, DealLine
from pipeline.deals.services import lines as deal_parts
from pipeline.products.models import Product


class Line(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    product = serializers.IntegerField(source="product_id")
    product_name = serializers.CharField(source="product.name")
    quantity = MoneyField()
    unit_price = MoneyField()


ORDERING = Ordering({"id": "pk"}, default="id")


def products_seen(viewer: Person) -> QuerySet:
    return Product.objects.visible_to(viewer)


class LineQuery(PageQuery):
    ordering = ORDERING.field()


class NewLine(StrictSerializer):
    """A quantity of a product at a price in the deal's currency. The deal's amount stays."""

    product = RowField(rows=products_seen)
    quantity = ExactDecimal(max_digits=12, decimal_places=2)
    unit_price = MoneyField()


class LineFields(StrictSerializer):
    quantity = ExactDecimal(max_digits=12, decimal_places=2, required=False)
    unit_price = MoneyField(required=False)


class LineChange(SeenSerializer, LineFields):
    """The fields to change, and in ``seen`` the value that you saw in each of them."""

    seen = LineFields()


class LineBody(Line):
    """A product line with the deal that it is on."""

    deal = serializers.IntegerField(source="deal_id")


class DealLines(APIView):
    @operation(
        name="lines_list", summary="List the product lines of a deal",
        query=LineQuery, gives=page_body("LinePage", LineBody), faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        query = LineQuery.read(request)
        rows = deal_seen(request, pk).lines.select_related("product")
        return page_response(rows, request, query, ordering=ORDERING, body=LineBody)

    @operation(
        name="lines_add", summary="Add a product line to a deal",
        takes=NewLine, gives=LineBody, status=201, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        deal = deal_seen(request, pk)
        require(rules.can_edit_deal(request.user, deal))
        given = NewLine.read(request)

        def add() -> Response:
            line = deal_parts.add_line(deal, by=request.user, **given)
            return Response(LineBody(line).data, status=201)

        return answer_once(request, add)


class OneLine(APIView):
    @operation(name="lines_read", summary="Read a product line", gives=LineBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(LineBody(_line(request, pk)).data)

    @operation(
        name="lines_edit", summary="Change the quantity or price of a product line",
        takes=LineChange, gives=LineBody, faults=[404, 409],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        line = _line(request, pk)
        require(rules.can_edit_deal(request.user, line.deal))
        edit = unless_changed(deal_parts.edit_line)
        edited = edit(line, by=request.user, changes=LineChange.read(request))
        return Response(LineBody(edited).data)


class LineRemoval(APIView):
    @operation(
        name="lines_remove", summary="Take a product line off its deal and answer what it was",
        takes=NothingSerializer, gives=LineBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        NothingSerializer.read(request)

        # Looked up inside: asked again under the same key, the line is gone and its answer kept.
        def remove() -> Response:
            line = _line(request, pk)
            require(rules.can_edit_deal(request.user, line.deal))
            body = LineBody(line).data
            deal_parts.remove_line(line, by=request.user)
            return Response(body)

        return answer_once(request, remove)


def _line(request: ApiRequest, pk: int) -> DealLine:
    deals = Deal.objects.visible_to(request.user)
    rows = DealLine.objects.filter(deal__in=deals).select_related("product", "deal__owner")
    return get_object_or_404(rows, pk=pk)
