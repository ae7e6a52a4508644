"""The API of contacts, which everybody who sells shares."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Flag, Moment, NothingSerializer, PlainText, Row, StrictSerializer
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.rest import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.api_changes import SeenSerializer, conflict
from pipeline.customers.api import accounts_seen
from pipeline.customers.models import Contact
from pipeline.customers.services import accounts

ORDERING = Ordering({"full_name": "full_name", "created_at": "created_at"}, default="full_name")


class ContactQuery(PageQuery):
    text = PlainText(required=False, max_length=100, help_text="Parts of the name.")
    account = Row(rows=accounts_seen, required=False)
    email = PlainText(required=False, max_length=254)
    external_id = PlainText(required=False, max_length=100)
    archived = Flag(required=False, help_text="Archived contacts instead of the others.")
    ordering = ORDERING.field()


class ContactFields(StrictSerializer):
    """The fields of a contact that a program may write, none of them required."""

    full_name = PlainText(max_length=200, required=False)
    title = PlainText(max_length=200, required=False, allow_blank=True)
    email = PlainText(max_length=254, required=False, allow_blank=True)
    phone = PlainText(max_length=60, required=False, allow_blank=True)
    external_id = PlainText(max_length=100, required=False, allow_null=True)


class NewContact(ContactFields):
    """A contact to create; the same person twice at one account is refused."""

    account = Row(rows=accounts_seen)
    full_name = PlainText(max_length=200)


class ContactChange(SeenSerializer, ContactFields):
    """The fields to change, and in ``seen`` the value that you saw in each of them."""

    seen = ContactFields()


class ContactBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    full_name = serializers.CharField()
    title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    created_at = Moment()
    archived_at = Moment(allow_null=True)


class Contacts(APIView):
    @operation(
        name="contacts_list", summary="List contacts",
        query=ContactQuery, gives=page_body("ContactPage", ContactBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = ContactQuery.read(request)
        rows = Contact.objects.visible_to(request.user).filter(_narrowing(query))
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(ContactBody(page.rows, many=True).data))

    @operation(
        name="contacts_create", summary="Create a contact",
        takes=NewContact, gives=ContactBody, status=201, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        require(rules.can_write(request.user))
        given = NewContact.read(request)

        def create() -> Response:
            contact = accounts.create_contact(by=request.user, **given)
            return Response(ContactBody(contact).data, status=201)

        return answer_once(request, create)


class OneContact(APIView):
    @operation(name="contacts_read", summary="Read a contact", gives=ContactBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(ContactBody(_found(request, pk)).data)

    @operation(
        name="contacts_edit", summary="Change fields of a contact",
        takes=ContactChange, gives=ContactBody, faults=[404, 409],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        contact = _found(request, pk)
        require(rules.can_write(request.user))
        changes = ContactChange.read(request)
        seen = changes.pop("seen")
        try:
            edited = accounts.edit_contact(contact, by=request.user, changes=changes, seen=seen)
        except accounts.FieldConflict as error:
            attempted = {name: changes[name] for name in error.fields}
            raise conflict(error.current, attempted, version=None) from error
        return Response(ContactBody(edited).data)


class ContactArchive(APIView):
    @operation(
        name="contacts_archive", summary="Take a contact out of the lists",
        takes=NothingSerializer, gives=ContactBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, partial(accounts.archive_contact, at=timezone.now()))


class ContactRestore(APIView):
    @operation(
        name="contacts_restore", summary="Bring an archived contact back",
        takes=NothingSerializer, gives=ContactBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, accounts.restore_contact)


def _changed(request: ApiRequest, pk: int, service: Callable[..., Contact]) -> Response:
    """Answer a change that its address says whole, by the service that makes it."""
    row = _found(request, pk)
    require(rules.can_write(request.user))
    NothingSerializer.read(request)
    return answer_once(request, lambda: Response(ContactBody(service(row, by=request.user)).data))


def _found(request: ApiRequest, pk: int) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)


def _narrowing(query: dict[str, Any]) -> Q:
    condition = Q(archived_at__isnull=not query.get("archived", False))
    for name in ("account", "external_id"):
        if name in query:
            condition &= Q(**{name: query[name]})
    if "email" in query:
        condition &= Q(email__iexact=query["email"])
    for word in query.get("text", "").split():
        condition &= Q(full_name__icontains=word)
    return condition
