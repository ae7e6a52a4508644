"""The API of accounts, which everybody who sells shares."""

from django.db.models import Q, QuerySet
from rest_framework import serializers

from kit.api.fields import (
    ExactDecimal,
    FlagField,
    MomentTextField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
)
from kit.api.pages import Ordering, PageQuery
from org.models.people import Person
from pipeline.api.resources import Resource
from pipeline.api_changes import SeenSerializer
from pipeline.customers.api import accounts_seen, unless_changed
from pipeline.customers.services import accounts
from pipeline.querysets import named_like

ORDERING = Ordering({"name": "name", "created_at": "created_at"}, default="name")


def directory(viewer: Person) -> QuerySet:
    return Person.objects.visible_to(viewer)


class AccountQuery(PageQuery):
    text = TextField(required=False, max_length=100, help_text="Beginnings of words in the name.")
    owner = RowField(rows=directory, required=False)
    external_id = TextField(required=False, max_length=100)
    archived = FlagField(required=False, help_text="Archived accounts instead of the others.")
    ordering = ORDERING.field()


class AccountFields(StrictSerializer):
    """The fields of an account that a program may write, none of them required."""

    name = TextField(max_length=200, required=False)
    owner = RowField(rows=directory, required=False, allow_null=True)
    parent = RowField(  # type: ignore[assignment]
        rows=accounts_seen, required=False, allow_null=True
    )
    industry = TextField(max_length=100, required=False, allow_blank=True)
    country = TextField(max_length=100, required=False, allow_blank=True)
    website = TextField(max_length=200, required=False, allow_blank=True)
    employees = WholeNumber(min_value=0, required=False, allow_null=True)
    annual_revenue = ExactDecimal(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    founded_year = WholeNumber(min_value=0, max_value=9999, required=False, allow_null=True)
    external_id = TextField(max_length=100, required=False, allow_null=True)


class NewAccount(AccountFields):
    """An account to create; a name that another account has is refused unless you insist."""

    name = TextField(max_length=200)
    same_name_too = FlagField(required=False)


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
    created_at = MomentTextField()
    archived_at = MomentTextField(allow_null=True)


ACCOUNTS = Resource(
    name="accounts",
    label="an account",
    rows=accounts_seen,
    related=("owner", "parent"),
    query=AccountQuery,
    body=AccountBody,
    ordering=ORDERING,
    lookups={"owner": "owner", "external_id": "external_id"},
    words=lambda word: Q(named_like(word)),
    takes=NewAccount,
    create=accounts.create_account,
    changes=AccountChange,
    edit=unless_changed(accounts.edit_account),
    archive=(accounts.archive_account, "Take an account out of the lists"),
    restore=(accounts.restore_account, "Bring an archived account back"),
)
