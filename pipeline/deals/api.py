"""The API of what stands on a deal, and of its product lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import MomentTextField, MoneyField, NothingSerializer, StrictSerializer
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_response
from kit.api.rows import RowBody, RowInput, change_of
from org.api_requests import ApiRequest, answer_once, require
from org.models.people import Person
from pipeline import rules
from pipeline.api import posting, unless_changed
from pipeline.deals import services
from pipeline.deals.models import Deal, DealLine

Service = Callable[..., Any]
PEOPLE_ORDERING = Ordering({"id": "pk", "added_at": "added_at"}, default="id")


class DealContactQuery(PageQuery):
    as_of = MomentTextField(
        required=False, help_text="Those who were known then instead of those now."
    )
    ordering = PEOPLE_ORDERING.field()


def deal_seen(request: ApiRequest, pk: int) -> Deal:
    """Return a deal with its owner, by whom it is judged what may be done to it."""
    rows = Deal.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(rows, pk=pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealParts:
    """Rows on a deal, and what programs may do with them.

    ``rows`` are those that a viewer may see, with ``deal__owner`` and what an answer shows.
    Services get ``by`` and ``at``, with the deal or the row, and what their body holds.
    """

    name: str
    page: str
    rows: Callable[[Person], QuerySet]
    body: type[serializers.Serializer]
    ordering: Ordering
    query: type[PageQuery] | None = None
    may_add: Callable[[Person, Deal], bool] = rules.can_edit_deal

    def listed(
        self, summary: str, *, add: tuple[str, str, type[StrictSerializer], Service]
    ) -> type[APIView]:
        """Return the view that lists the rows of a deal and adds one: verb, summary, body, how."""
        about, (verb, added, takes, service) = self, add
        ordered: Any = type("Query", (PageQuery,), {"ordering": self.ordering.field()})
        parameters = self.query or ordered

        class Parts(APIView):
            @operation(
                name=f"{about.name}_list", summary=summary,
                query=parameters, gives=page_body(about.page, about.body), faults=[404],
            )  # fmt: skip
            def get(self, request: ApiRequest, pk: int) -> Response:
                query = parameters.read(request)
                rows: Any = about.rows(request.user).filter(deal=deal_seen(request, pk))
                if parameters is DealContactQuery:
                    moment = query.get("as_of")
                    rows = rows.as_of(moment) if moment else rows.standing()
                return page_response(rows, request, query, ordering=about.ordering, body=about.body)

            @operation(
                name=f"{about.name}_{verb}", summary=added,
                takes=takes, gives=about.body, status=201, faults=[404], once=True,
            )  # fmt: skip
            def post(self, request: ApiRequest, pk: int) -> Response:
                deal = deal_seen(request, pk)
                require(about.may_add(request.user, deal))
                given = takes.read(request)

                def add() -> Response:
                    row = service(deal, by=request.user, at=timezone.now(), **given)
                    return Response(about.body(row).data, status=201)

                return answer_once(request, add)

        return Parts

    def one(self, summary: str) -> type[APIView]:
        """Return the view that reads a row."""
        about = self

        class Part(APIView):
            @operation(name=f"{about.name}_read", summary=summary, gives=about.body, faults=[404])
            def get(self, request: ApiRequest, pk: int) -> Response:
                return Response(about.body(about.found(request, pk)).data)

        return Part

    def change(
        self,
        verb: str,
        summary: str,
        service: Service,
        takes: type[StrictSerializer] = NothingSerializer,
        *,
        deletes: bool = False,
    ) -> type[APIView]:
        """Return the view of a change that has an address of its own.

        Where it ``deletes`` the row, a repeated answer is given without finding it again.
        """

        def asked(request: ApiRequest, pk: int) -> Callable[[], Response]:
            row = self.found(request, pk)
            require(rules.can_edit_deal(request.user, row.deal))
            given = {"by": request.user, "at": timezone.now(), **takes.read(request)}
            return lambda: Response(self.body(service(row, **given)).data)

        def done(request: ApiRequest, pk: int) -> Callable[[], Response]:
            def change() -> Response:
                return asked(request, pk)()

            return change

        how = done if deletes else asked
        return posting(f"{self.name}_{verb}", summary, how, gives=self.body, takes=takes)

    def found(self, request: ApiRequest, pk: int) -> Any:
        return get_object_or_404(self.rows(request.user), pk=pk)


class Line(RowBody):
    MODEL, FIELDS = DealLine, ("id", "product", "product_name", "quantity", "unit_price")

    product_name = serializers.CharField(source="product.name")
    quantity = MoneyField()


class LineBody(Line):
    """A product line with the deal that it is on."""

    FIELDS = (*Line.FIELDS, "deal")  # type: ignore[assignment]


class NewLine(RowInput):
    """A quantity of a product at a price in the deal's currency. The deal's amount stays."""

    MODEL, FIELDS = DealLine, ("product", "quantity", "unit_price")
    REQUIRED = FIELDS


class LineFields(RowInput):
    MODEL, FIELDS = DealLine, services.LINE_FIELDS


def _seen_lines(viewer: Person) -> QuerySet:
    rows = DealLine.objects.filter(deal__in=Deal.objects.visible_to(viewer))
    return rows.select_related("product", "deal__owner")


LINES = DealParts(
    name="lines",
    page="LinePage",
    rows=_seen_lines,
    body=LineBody,
    ordering=Ordering({"id": "pk"}, default="id"),
)
DealLines = LINES.listed(
    "List the product lines of a deal",
    add=("add", "Add a product line to a deal", NewLine, services.add_line),
)
LineRemoval = LINES.change(
    "remove",
    "Take a product line off its deal and answer what it was",
    services.remove_line,
    deletes=True,
)
LineChange = change_of(LineFields, "LineChange")


class OneLine(LINES.one("Read a product line")):  # type: ignore[misc]
    @operation(
        name="lines_edit", summary="Change the quantity or price of a product line",
        takes=LineChange, gives=LineBody, faults=[404, 409],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        line = LINES.found(request, pk)
        require(rules.can_edit_deal(request.user, line.deal))
        edit = unless_changed(services.edit_line)
        edited = edit(line, by=request.user, changes=LineChange.read(request))
        return Response(LineBody(edited).data)
