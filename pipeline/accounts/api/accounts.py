"""The API of accounts, which everybody who sells shares."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import (
    ExactDecimal,
    Flag,
    Moment,
    NothingSerializer,
    PlainText,
    Row,
    StrictSerializer,
    WholeNumber,
)
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.models.people import Person
from org.rest import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.api_changes import SeenSerializer, conflict
from pipeline.customers.api import accounts_seen
from pipeline.customers.models import Account
from pipeline.customers.services import accounts
from pipeline.querysets import named_like

ORDERING = Ordering({"name": "name", "created_at": "created_at"}, default="name")


def directory(viewer: Person) -> QuerySet:
    return Person.objects.visible_to(viewer)


class AccountQuery(PageQuery):
    text = PlainText(required=False, max_length=100, help_text="Beginnings of words in the name.")
    owner = Row(rows=directory, required=False)
    external_id = PlainText(required=False, max_length=100)
    archived = Flag(required=False, help_text="Archived accounts instead of the others.")
    ordering = ORDERING.field()


class AccountFields(StrictSerializer):
    """The fields of an account that a program may write, none of them required."""

    name = PlainText(max_length=200, required=False)
    owner = Row(rows=directory, required=False, allow_null=True)
    parent = Row(  # type: ignore[assignment]
        rows=accounts_seen, required=False, allow_null=True
    )
    industry = PlainText(max_length=100, required=False, allow_blank=True)
    country = PlainText(max_length=100, required=False, allow_blank=True)
    website = PlainText(max_length=200, required=False, allow_blank=True)
    employees = WholeNumber(min_value=0, required=False, allow_null=True)
    annual_revenue = ExactDecimal(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    founded_year = WholeNumber(min_value=0, max_value=9999, required=False, allow_null=True)
    external_id = PlainText(max_length=100, required=False, allow_null=True)


class NewAccount(AccountFields):
    """An account to create; a name that another account has is refused unless you insist."""

    name = PlainText(max_length=200)
    same_name_too = Flag(required=False)


class AccountChange(SeenSerializer, AccountFields):
    """The fields to change, and in ``seen`` the value that you saw in each of them."""

    seen = AccountFields()


class AccountBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )
    industry = serializers.CharField()
    country = serializers.CharField()
    website = serializers.CharField()
    employees = serializers.IntegerField(allow_null=True)
    annual_revenue = ExactDecimal(max_digits=16, decimal_places=2, allow_null=True)
    founded_year = serializers.IntegerField(allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    created_at = Moment()
    archived_at = Moment(allow_null=True)


class Accounts(APIView):
    @operation(
        name="accounts_list", summary="List accounts",
        query=AccountQuery, gives=page_body("AccountPage", AccountBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = AccountQuery.read(request)
        rows = Account.objects.visible_to(request.user).filter(_narrowing(query))
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(AccountBody(page.rows, many=True).data))

    @operation(
        name="accounts_create", summary="Create an account",
        takes=NewAccount, gives=AccountBody, status=201, once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest) -> Response:
        require(rules.can_write(request.user))
        given = NewAccount.read(request)

        def create() -> Response:
            account = accounts.create_account(by=request.user, **given)
            return Response(AccountBody(account).data, status=201)

        return answer_once(request, create)


class OneAccount(APIView):
    @operation(name="accounts_read", summary="Read an account", gives=AccountBody, faults=[404])
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(AccountBody(_found(request, pk)).data)

    @operation(
        name="accounts_edit", summary="Change fields of an account",
        takes=AccountChange, gives=AccountBody, faults=[404, 409],
    )  # fmt: skip
    def patch(self, request: ApiRequest, pk: int) -> Response:
        account = _found(request, pk)
        require(rules.can_write(request.user))
        changes = AccountChange.read(request)
        seen = changes.pop("seen")
        try:
            edited = accounts.edit_account(account, by=request.user, changes=changes, seen=seen)
        except accounts.FieldConflict as error:
            attempted = {name: changes[name] for name in error.fields}
            raise conflict(error.current, attempted, version=None) from error
        return Response(AccountBody(edited).data)


class AccountArchive(APIView):
    @operation(
        name="accounts_archive", summary="Take an account out of the lists",
        takes=NothingSerializer, gives=AccountBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, partial(accounts.archive_account, at=timezone.now()))


class AccountRestore(APIView):
    @operation(
        name="accounts_restore", summary="Bring an archived account back",
        takes=NothingSerializer, gives=AccountBody, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        return _changed(request, pk, accounts.restore_account)


def _changed(request: ApiRequest, pk: int, service: Callable[..., Account]) -> Response:
    """Answer a change that its address says whole, by the service that makes it."""
    row = _found(request, pk)
    NothingSerializer.read(request)
    return answer_once(request, lambda: Response(AccountBody(service(row, by=request.user)).data))


def _found(request: ApiRequest, pk: int) -> Account:
    rows = Account.objects.visible_to(request.user).select_related("owner", "parent")
    return get_object_or_404(rows, pk=pk)


def _narrowing(query: dict[str, Any]) -> Q:
    condition = Q(archived_at__isnull=not query.get("archived", False))
    for name in ("owner", "external_id"):
        if name in query:
            condition &= Q(**{name: query[name]})
    for word in query.get("text", "").split():
        condition &= Q(named_like(word))
    return condition
