"""The API of who plays a part in a deal, seen and changed by whom the deal is."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import MomentTextField, NothingSerializer, RowField, StrictSerializer, WordField
from kit.api.operations import operation, page_body
from kit.api.pages import page_response
from org.api_requests import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.customers.api import contacts_seen
from pipeline.deals.api.contacts import ORDERING, DealContactQuery
from pipeline.deals.api.seen import deal_seen
from pipeline.deals.models.people import DealContact
from pipeline.deals.querysets import DealContactQuerySet
from pipeline.deals.services import contacts as services
from pipeline.enums import BuyingRole

ROLES = list(BuyingRole)


class NewDealContact(StrictSerializer):
    """A contact of the deal's account and the role they play from now on."""

    contact = RowField(rows=contacts_seen)
    role = WordField(choices=ROLES)


class NewRole(StrictSerializer):
    """What the contact is to the deal from now on."""

    role = WordField(choices=ROLES)


class DealContactBody(serializers.Serializer):
    """A contact in a role from ``added_at`` up to ``ended_at``; null: still."""

    id = serializers.IntegerField(source="pk")
    deal = serializers.IntegerField(source="deal_id")
    contact = serializers.IntegerField(source="contact_id")
    contact_name = serializers.CharField(source="contact.full_name")
    role = WordField(choices=ROLES)
    added_at = MomentTextField()
    ended_at = MomentTextField(allow_null=True)


class DealContacts(APIView):
    @operation(
        name="deal_contacts_list", summary="List who plays a part in a deal",
        query=DealContactQuery, gives=page_body("DealContactPage", DealContactBody), faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        query = DealContactQuery.read(request)
        involved = _rows(request).filter(deal=deal_seen(request, pk))
        moment = query.get("as_of")
        rows = involved.as_of(moment) if moment else involved.standing()
        return page_response(rows, request, query, ordering=ORDERING, body=DealContactBody)

    @operation(
        name="deal_contacts_add", summary="Name a contact and the role they play in a deal",
        takes=NewDealContact, gives=DealContactBody, status=201, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        deal = deal_seen(request, pk)
        require(rules.can_edit_deal(request.user, deal))
        given = NewDealContact.read(request)

        def add() -> Response:
            row = services.add_contact(deal, by=request.user, at=timezone.now(), **given)
            return Response(DealContactBody(row).data, status=201)

        return answer_once(request, add)


class OneDealContact(APIView):
    @operation(
        name="deal_contacts_read", summary="Read a contact's role in a deal, ended ones too",
        gives=DealContactBody, faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(DealContactBody(_row(request, pk)).data)


class RoleChange(APIView):
    @operation(
        name="deal_contacts_change",
        summary="Give a contact another role: the old row is ended, the answer is the new one",
        takes=NewRole, gives=DealContactBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        row = _row(request, pk)
        require(rules.can_edit_deal(request.user, row.deal))
        given = NewRole.read(request)

        def change() -> Response:
            now = services.change_role(row, by=request.user, at=timezone.now(), **given)
            return Response(DealContactBody(now).data)

        return answer_once(request, change)


class ContactRemoval(APIView):
    @operation(
        name="deal_contacts_remove", summary="Take a contact off a role; the row is ended",
        takes=NothingSerializer, gives=DealContactBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        NothingSerializer.read(request)
        row = _row(request, pk)
        require(rules.can_edit_deal(request.user, row.deal))

        def remove() -> Response:
            ended = services.remove_contact(row, by=request.user, at=timezone.now())
            return Response(DealContactBody(ended).data)

        return answer_once(request, remove)


def _rows(request: ApiRequest) -> DealContactQuerySet:
    return DealContact.objects.visible_to(request.user).select_related("contact", "deal__owner")


def _row(request: ApiRequest, pk: int) -> DealContact:
    return get_object_or_404(_rows(request), pk=pk)
